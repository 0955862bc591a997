"""Access tokens of the organisation's own sign-in, for machines: JWT by RFC 9068, given out for client credentials.

A token counts only if the issuer signed it for this API (``CASEAUDIT_API_AUDIENCE``), it has not ended, it is of the type of
access tokens, and it is of a client, not of a person. Which account that client is, two people have said here.
"""

import time
from collections.abc import Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeGuard

from flask import current_app

from domain.error_traces import trace_of

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
"""The ways to sign that are taken: with a key that the issuer alone has. None of them uses a shared secret."""

KINDS_OF_KEYS = ("RSA", "EC", "OKP")

TYPES = ("at+jwt", "application/at+jwt")
"""The types of access tokens (RFC 9068, 2.1). An id token has another."""

OF_A_PERSON = ("auth_time", "amr", "nonce", "at_hash")
"""Claims that a token has where a person signed in for it (RFC 9068, 2.2.1; OpenID Connect Core 1.0, 2)."""

LEEWAY = 30
"""Seconds by which the issuer's clock may differ from ours."""

KEPT, KEPT_WITHOUT_ANSWER, BETWEEN = 600, 3600, 30
"""Seconds: the issuer's keys are used before they are asked for again; and while it does not answer; between two tries."""

LONGEST = 8_000
"""Characters of a token, at most."""


class NotTaken(ValueError):
    """The token does not count; the message says why. ``client``: issuer and id of its client, where the signature holds."""

    def __init__(self, why: str, client: tuple[str, str] | None = None):
        super().__init__(why)
        self.client = client


class NoKeys(RuntimeError):
    """The issuer does not answer, and no keys of it are kept."""


class IssuerKeys:
    """The keys of the issuer, fetched when needed. Threads may share it; one of them fetches."""

    def __init__(self) -> None:
        self._kept: KeySet | None = None
        self._at, self._tried = -float(KEPT_WITHOUT_ANSWER), -float(BETWEEN)
        self._lock = Lock()

    def find(self, kid: str | None) -> Any:
        """The key of this id (None: the only one). None where the issuer has no such key; ``NoKeys``."""
        found = self._found(kid)
        if found is None or time.monotonic() - self._at > KEPT:
            self._fetch()
            found = self._found(kid)
        if self._kept is None or time.monotonic() - self._at > KEPT_WITHOUT_ANSWER:
            raise NoKeys("the issuer does not answer")
        return found

    def _found(self, kid: str | None) -> Any:
        keys = [] if self._kept is None else list(self._kept)
        if kid is None:
            return keys[0] if len(keys) == 1 else None
        return next((key for key in keys if key.kid == kid), None)

    def _fetch(self) -> None:
        """Ask the issuer, unless that was tried just now. What it cannot answer is noted; the keys of before stay."""
        from requests import RequestException

        with self._lock:
            if time.monotonic() - self._tried < BETWEEN:
                return
            self._tried = time.monotonic()
            try:
                self._kept, self._at = _fetched(), time.monotonic()
            except (RequestException, ValueError, RuntimeError, KeyError, TypeError) as error:
                current_app.logger.warning("access tokens: the issuer's keys cannot be read: %s", trace_of(error))


def _fetched() -> "KeySet":
    """The issuer's public keys for signatures, as it gives them now."""
    from joserfc.jwk import KeySet

    settings = current_app.extensions["openid"]
    named = settings["client"].load_server_metadata().get("issuer")
    if not isinstance(named, str) or named.rstrip("/") != settings["issuer"]:
        raise ValueError("the metadata are another issuer's")
    given: list[dict[str, Any]] = settings["client"].fetch_jwk_set(force=True)["keys"]
    signing = [key for key in given if key.get("kty") in KINDS_OF_KEYS and key.get("use", "sig") == "sig"]
    return KeySet.import_key_set({"keys": signing})


def claims_of(token: str) -> Mapping[str, Any]:
    """The claims of an access token that counts; ``NotTaken``, ``NoKeys``."""
    settings = current_app.extensions.get("openid")
    audience = "" if settings is None else settings["audience"]
    if settings is None or not audience:
        raise NotTaken("this service takes no access tokens of an issuer: whoever runs it sets CASEAUDIT_API_AUDIENCE")
    if len(token) > LONGEST:
        raise NotTaken("it is too long")
    claims = _signed(token)
    client = (str(claims.get("iss", "")).rstrip("/"), str(claims.get("client_id", "")))
    if fault := _fault(claims, settings["issuer"], audience):
        raise NotTaken(fault, client)
    return claims


def _signed(token: str) -> Mapping[str, Any]:
    """The claims of a token that the issuer signed as an access token; ``NotTaken``."""
    from joserfc import jws, jwt
    from joserfc.errors import JoseError

    try:
        header = jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError, UnicodeError) as error:
        raise NotTaken("it cannot be read as a token of this service or of the issuer") from error
    if str(header.get("typ", "")).lower() not in TYPES:
        raise NotTaken("it is no access token (at+jwt); an id token is none")
    if header.get("alg") not in ALGORITHMS:
        raise NotTaken("it is not signed with a key that only the issuer has")
    kid = header.get("kid")
    key = current_app.extensions["issuer keys"].find(kid if isinstance(kid, str) else None)
    if key is None:
        raise NotTaken("the issuer has no such key")
    try:
        return jwt.decode(token, key, algorithms=ALGORITHMS).claims
    except (JoseError, ValueError) as error:
        raise NotTaken("its signature does not hold") from error


def _fault(claims: Mapping[str, Any], issuer: str, audience: str) -> str:
    """Why signed claims do not count; empty where they do."""
    now = time.time()
    named, meant = claims.get("iss"), claims.get("aud")
    ends, begins, made = (claims.get(name) for name in ("exp", "nbf", "iat"))
    if named not in (issuer, f"{issuer}/"):
        return "another issuer gave it out (iss)"
    if audience not in (meant if isinstance(meant, list) else [meant]):
        return "it is not meant for this API (aud)"
    if not _is_time(ends) or ends + LEEWAY <= now:
        return "it has ended (exp)"
    if (
        not _is_time(made)
        or made - LEEWAY > now
        or (begins is not None and (not _is_time(begins) or begins - LEEWAY > now))
    ):
        return "it does not hold yet (iat, nbf)"
    if any(not isinstance(claims.get(name), str) or not claims[name] for name in ("sub", "client_id", "jti")):
        return "it does not say whose it is (sub, client_id, jti)"
    if claims.get("azp", claims["client_id"]) != claims["client_id"]:
        return "it names two clients (client_id, azp)"
    if "cnf" in claims:
        return "it is bound to a key of its sender (cnf), which this API does not check"
    return (
        "a person signed in for it; a machine has one of its own" if any(map(claims.__contains__, OF_A_PERSON)) else ""
    )


def _is_time(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
