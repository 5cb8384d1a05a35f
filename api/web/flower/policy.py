"""The security headers of everything under /flower/: our own pages may frame it, nobody else."""

import base64
import hashlib
import re

# The one inline script that Flower has. Hashing whatever a page holds would allow what somebody smuggled into it.
INLINE = re.compile(r"<script[^>]*>(\s*var autorefresh = \d+;\s*)</script>")
FRAMED = {"X-Frame-Options": "SAMEORIGIN", "Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff"}


def source_hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def for_flowers_page(html: str, origin: str) -> dict[str, str]:
    """Its scripts reach Flower's addresses, not our API."""
    scripts = " ".join(["'self'", *(source_hash(script) for script in INLINE.findall(html))])
    return _with_policy(
        f"script-src {scripts}",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        f"connect-src {origin}/flower/",
    )


def for_anything_else() -> dict[str, str]:
    return _with_policy()


def for_our_page(*, style: str, script: str | None = None) -> dict[str, str]:
    rules = [f"style-src {source_hash(style)}"] + ([f"script-src {source_hash(script)}"] if script else [])
    return _with_policy(*rules)


def _with_policy(*rules: str) -> dict[str, str]:
    policy = ["default-src 'none'", *rules, "form-action 'none'", "base-uri 'none'", "frame-ancestors 'self'"]
    return FRAMED | {"Content-Security-Policy": "; ".join(policy)}
