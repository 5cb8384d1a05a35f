"""What the provider is called on the sign-in page."""

from urllib.parse import urlsplit

from core.settings import Settings

KNOWN = {"accounts.google.com": "Google", "gitlab.com": "GitLab", "okta.com": "Okta", "auth0.com": "Auth0"}


def provider_name(settings: Settings) -> str:
    """OAUTH_PROVIDER_NAME, or what the address tells."""
    if settings.oauth_provider_name:
        return settings.oauth_provider_name
    if settings.oauth_provider == "github":
        return "GitHub"
    host = urlsplit(settings.oidc_issuer or "").hostname or "your provider"
    return next((name for domain, name in KNOWN.items() if f".{host}".endswith(f".{domain}")), host)
