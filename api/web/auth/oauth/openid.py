"""OpenID Connect: Google, GitLab, Okta, Keycloak and whoever else has a discovery document."""

from collections.abc import Mapping
from typing import Any

from authlib.integrations.httpx_client import AsyncOAuth2Client

from core.settings import Settings
from web.auth.oauth.client import fetch_token, read_json, speaking
from web.auth.oauth.discovery import keys_of, metadata_of
from web.auth.oauth.errors import Reason, SignInFailed
from web.auth.oauth.flow import Flow
from web.auth.oauth.id_token import UnknownKey, claims_of
from web.auth.oauth.identity import Identity
from web.auth.role_rules import groups_in

Claims = dict[str, Any]


class OpenId:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._issuer = settings.oidc_issuer or ""
        self._client_id = settings.oauth_client_id or ""

    async def address(self, flow: Flow) -> str:
        async with speaking(scope=self._settings.oidc_scopes) as client:
            metadata = await metadata_of(client, self._issuer)
            values = {"state": flow.state, "code_verifier": flow.verifier, "nonce": flow.nonce}
            url, _ = client.create_authorization_url(metadata["authorization_endpoint"], **values)
        return str(url)

    async def identity(self, flow: Flow, code: str, issuer: str | None) -> Identity:
        async with speaking() as client:
            metadata = await metadata_of(client, self._issuer)
            self._require_own(issuer, metadata)
            client.token_endpoint_auth_method = _proof(metadata)
            token = await fetch_token(client, metadata["token_endpoint"], code=code, verifier=flow.verifier)
            claims = await self._claims(client, str(token.get("id_token", "")), metadata, flow.nonce)
            claims = await self._completed(client, claims, metadata)
        return self._identity(claims)

    def _require_own(self, issuer: str | None, metadata: Mapping[str, Any]) -> None:
        """RFC 9207: an answer that another provider gave must not be taken to ours."""
        promised = metadata.get("authorization_response_iss_parameter_supported") is True
        if issuer != self._issuer and (promised or issuer is not None):
            raise SignInFailed(Reason.FAILED, "the answer comes from another issuer")

    async def _claims(self, client: AsyncOAuth2Client, token: str, metadata: Claims, nonce: str) -> Claims:
        """A key that we do not know may be a new one, so the keys are asked for once more."""
        for anew in (False, True):
            keys = await keys_of(client, metadata["jwks_uri"], anew=anew)
            try:
                return claims_of(token, keys, metadata=metadata, client_id=self._client_id, nonce=nonce)
            except UnknownKey:
                continue
        raise SignInFailed(Reason.FAILED, "the id_token is signed with an unknown key")

    async def _completed(self, client: AsyncOAuth2Client, claims: Claims, metadata: Claims) -> Claims:
        """Some providers put the address and the groups into the user info only."""
        url, role = metadata.get("userinfo_endpoint"), self._settings.oidc_role_claim
        if not url or ("email" in claims and not (role and not groups_in(claims, role))):
            return claims
        more = await read_json(client, url, with_token=True)
        if not isinstance(more, dict) or more.get("sub") != claims["sub"]:
            raise SignInFailed(Reason.FAILED, "the user info is about somebody else")
        return more | claims

    def _identity(self, claims: Claims) -> Identity:
        email = claims.get("email")
        if not isinstance(email, str) or not email:
            raise SignInFailed(Reason.FAILED, "the provider told no e-mail address: is `email` in OIDC_SCOPES?")
        verified = claims.get("email_verified") is True or self._trusts(claims)
        return Identity(email, verified, tuple(groups_in(claims, self._settings.oidc_role_claim)))

    def _trusts(self, claims: Claims) -> bool:
        """Only where the provider says nothing about it: a plain `false` stays a `false`."""
        return self._settings.oidc_trust_unverified_email and "email_verified" not in claims


def _proof(metadata: Mapping[str, Any]) -> str:
    """The default is the standard's: who does not say what it takes, takes this."""
    offered = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"
