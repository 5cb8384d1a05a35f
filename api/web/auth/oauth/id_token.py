"""An id_token holds when the provider signed it with one of its keys, for us, now, and for this very sign-in."""

from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from web.auth.oauth.errors import Reason, SignInFailed

# Signatures by a key pair only: `none` proves nothing, and HS256 could be made with a public key taken for a secret.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
LEEWAY = 60  # seconds that two clocks may differ


class UnknownKey(Exception):
    """Signed with a key that is not among those we have."""


def claims_of(token: str, keys: KeySet, *, metadata: dict[str, Any], client_id: str, nonce: str) -> dict[str, Any]:
    """Raises SignInFailed, UnknownKey."""
    offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    registry = JWSRegistry(algorithms=[one for one in ALGORITHMS if one in offered], strict_check_header=False)
    options = {"iss": {"essential": True, "value": metadata["issuer"]}, "aud": {"essential": True, "value": client_id}}
    try:
        decoded = jwt.decode(token, keys, registry=registry)
        claims = CodeIDToken(decoded.claims, decoded.header, options, {"nonce": nonce, "client_id": client_id})
        claims.validate(leeway=LEEWAY)
    except InvalidKeyIdError:
        raise UnknownKey from None
    except (JoseError, ValueError, TypeError) as error:
        raise SignInFailed(Reason.FAILED, f"the id_token does not hold: {type(error).__name__}") from None
    return dict(claims)
