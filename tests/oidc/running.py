"""The provider of tests/oidc/provider.mjs, running for a test."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from core.settings import ROOT
from tests.ports import free_port
from tests.processes import Process

FOLDER = ROOT / "tests" / "oidc"
Kind = Literal["oidc", "okta", "gitlab", "github"]


@dataclass(frozen=True)
class OpenIdProvider:
    issuer: str
    process: Process


@contextmanager
def openid_provider(
    log: Path,
    *redirect_uris: str,
    kind: Kind = "oidc",
    client_id: str = "slipway",
    secret: str = "the-providers-secret",
    **options: Any,
) -> Iterator[OpenIdProvider]:
    """`options`: `groups`, `tls` and `port`, as provider.mjs has them; `authentication` of the client."""
    port = options.pop("port", None) or free_port()
    client = {"id": client_id, "secret": secret, "redirectUris": redirect_uris}
    if "authentication" in options:
        client["authentication"] = options.pop("authentication")
    settings = json.dumps({"kind": kind, "port": port, "clients": [client], **options})
    process = Process(["node", "provider.mjs", settings], log=log, directory=FOLDER)
    try:
        process.wait_for_output("ready at")
        yield OpenIdProvider(f"{'https' if options.get('tls') else 'http'}://127.0.0.1:{port}", process)
    finally:
        process.end()
