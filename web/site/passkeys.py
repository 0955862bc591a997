"""Passkeys (W3C Web Authentication) as second factors: what the browser is asked, and whether its answer holds.

They work under https and on ``http://localhost`` only, at the first of the site's names that is no network address. Which site
that is comes from the fixed list of names, never from a request.
"""

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import current_app, request

from domain.accounts.roles import Account
from web.site import access_control, clock

if TYPE_CHECKING:
    from webauthn.registration.verify_registration_response import VerifiedRegistration

NAME = "caseaudit"


def site_id() -> str:
    """The name that passkeys are bound to; empty where the site has none but network addresses."""
    names: tuple[str, ...] = current_app.config["SITE_NAMES"]
    return next((name for name in names if not _is_address(name)), "")


def possible() -> bool:
    """Whether a browser can use passkeys at the address of this request."""
    host = urlsplit(f"//{request.host}").hostname
    return host == site_id() != "" and (request.is_secure or host == "localhost")


def asked_to_add(account: Account) -> str:
    """What the browser is asked for a new passkey, as JSON. It is to be answered once, in this session."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    register = access_control.register()
    options = generate_registration_options(
        rp_id=site_id(), rp_name=NAME, user_name=account.username, user_display_name=account.name,
        user_id=bytes.fromhex(register.key.mark("passkeys", account.username)),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(kept.credential))
            for kept in register.factors.passkeys(account.username)
        ],
    )  # fmt: skip
    register.sessions.set_challenge(access_control.own_session().id, options.challenge.hex())
    return options_to_json(options)


def made(answer: str) -> "VerifiedRegistration | None":
    """The passkey that the browser made as it was asked; None where its answer does not hold."""
    from webauthn import verify_registration_response
    from webauthn.helpers.exceptions import WebAuthnException

    challenge = _challenge()
    if not challenge or not possible():
        return None
    try:
        return verify_registration_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=site_id(), expected_origin=_origin()
        )
    except WebAuthnException:
        return None


def keep(account: Account, label: str, found: "VerifiedRegistration") -> None:
    """Add a passkey to the account's second factors."""
    from webauthn.helpers import bytes_to_base64url

    access_control.register().factors.add_passkey(
        account.username, label, bytes_to_base64url(found.credential_id), bytes_to_base64url(found.credential_public_key),
        found.sign_count, clock.now(),
    )  # fmt: skip


def asked_to_prove(account: Account) -> str:
    """What the browser is asked of the account's passkeys, as JSON; empty where there are none, or they can't be used."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    register = access_control.register()
    kept = register.factors.passkeys(account.username)
    if not kept or not possible():
        return ""
    allowed = [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential)) for one in kept]
    options = generate_authentication_options(rp_id=site_id(), allow_credentials=allowed)
    register.sessions.set_challenge(access_control.own_session().id, options.challenge.hex())
    return options_to_json(options)


def answers(account: Account, answer: str) -> bool:
    """Whether the browser's answer was signed by a passkey of the account, for this session, just now."""
    from webauthn import verify_authentication_response
    from webauthn.helpers import base64url_to_bytes, parse_authentication_credential_json
    from webauthn.helpers.exceptions import WebAuthnException

    challenge, factors = _challenge(), access_control.register().factors
    if not challenge or not possible():
        return False
    try:
        given = parse_authentication_credential_json(answer)
        kept = next((one for one in factors.passkeys(account.username) if one.credential == given.id), None)
        if kept is None:
            return False
        proved = verify_authentication_response(
            credential=given, expected_challenge=challenge, expected_rp_id=site_id(), expected_origin=_origin(),
            credential_public_key=base64url_to_bytes(kept.public_key), credential_current_sign_count=kept.count,
        )  # fmt: skip
    except WebAuthnException:
        return False
    return factors.used(kept, proved.new_sign_count)


def _challenge() -> bytes:
    """What this session was asked to sign, which is asked once."""
    return bytes.fromhex(access_control.register().sessions.take_challenge(access_control.own_session().id))


def _origin() -> str:
    """The origin of this request, which ``possible`` has found to be the site's own."""
    return f"{request.scheme}://{request.host}"


def _is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
