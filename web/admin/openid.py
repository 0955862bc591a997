"""Signing in with the organisation's own accounts, by OpenID Connect, where the service is configured for it.

Three environment variables: ``CASEAUDIT_OPENID_ISSUER`` (its discovery document is read on first use),
``CASEAUDIT_OPENID_CLIENT_ID`` and ``CASEAUDIT_OPENID_CLIENT_SECRET``. A fourth, ``CASEAUDIT_OPENID_BREAK_GLASS``, names the one
account that may still sign in with its password, such as the first of a site; nobody else may. ``CASEAUDIT_OPENID_ACR``: the
ways to sign in there that are strong enough (``acr``), with spaces between; without it the issuer's word is enough. The
audience of access tokens for machines is ``CASEAUDIT_API_AUDIENCE`` (see ``web.site.access_tokens``).

Who somebody is follows from the issuer and the subject of the id token alone, which an invitation has bound to an account. No
user name, address or other claim identifies anybody.
"""

import os
from typing import Any

from flask import Blueprint, Flask, abort, current_app, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from domain.accounts.access_lines import UNKNOWN
from domain.accounts.identities import AlreadyBound
from domain.error_traces import kind_of, trace_of
from web.site import access_control, access_logging, clock
from web.site.links import local

blueprint = Blueprint("openid", __name__)

SETTINGS = ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "BREAK_GLASS", "ACR")

AUDIENCE = "CASEAUDIT_API_AUDIENCE"
"""The environment variable with the audience of access tokens for the API; without it none is taken."""

HOW = "OpenID Connect"

NOT_MEANT = "What your organisation's sign-in said is not meant for this service. Tell whoever runs it."

SIGNED = ("RS", "ES", "PS", "Ed")
"""How the names of the ways to sign begin that are taken: with a key that the issuer alone has."""

OURS = ("same-origin", "none")
"""From where somebody comes here, as the browser says it: from our own page, or by an address that they typed."""

SECONDS = 10
"""Seconds that the issuer may take for an answer. No redirect is followed."""


def configured() -> bool:
    return "openid" in current_app.extensions


def issuer() -> str:
    """The issuer that is set; empty where there is none."""
    return current_app.extensions["openid"]["issuer"] if configured() else ""


def takes_passwords() -> bool:
    """Whether the sign-in page has fields for a user name and a password."""
    return not configured() or bool(current_app.extensions["openid"]["break_glass"])


def takes_password_of(username: str) -> bool:
    """Whether this account may sign in with its password."""
    return not configured() or current_app.extensions["openid"]["break_glass"] == username != ""


@blueprint.get("/sign-in/openid")
@access_control.open_to_anyone
def index() -> Response:
    """Redirect to the organisation's sign-in page; from another site, first to ours, so that nobody is signed in unasked."""
    if request.headers.get("Sec-Fetch-Site", "none") not in OURS:
        return redirect(url_for("signing_in.index", next=local(request.args.get("next"))))
    session.pop("invitation", None)
    session["following"] = request.args.get("next", "/")
    return away()


def away() -> Response:
    """To the organisation's sign-in page."""
    from requests import RequestException

    client = _client()
    try:
        _check_issuer(client)
        back, strength = url_for("openid.back", _external=True), current_app.extensions["openid"]["acr"]
        answer: Response = client.authorize_redirect(back, **({"acr_values": strength} if strength else {}))
    except RequestException as error:
        return _unreachable(error)
    except AnotherIssuer:
        current_app.logger.warning("OpenID Connect: the metadata are another issuer's")
        return _refuse(NOT_MEANT)
    return answer


@blueprint.get("/sign-in/openid/back")
@access_control.open_to_anyone
def back() -> Response | str:
    """The return from there: sign in as the account that the person is bound to, or ask to accept the invitation."""
    from authlib.integrations.base_client import OAuthError
    from joserfc.errors import JoseError
    from requests import RequestException

    following, invitation = local(session.get("following")), session.pop("invitation", "")
    try:
        issuer, subject = _person(_client())
    except OAuthError as error:
        return _refuse(f"Your organisation's sign-in did not let you in ({error.error}). Try again.")
    except (JoseError, NoIdToken, AnotherIssuer) as error:
        current_app.logger.warning("OpenID Connect: the token does not hold: %s", kind_of(error))
        return _refuse(NOT_MEANT)
    except RequestException as error:
        return _unreachable(error)
    register = access_control.register()
    username = register.identities.account_of(issuer, subject)
    if username is None and invitation:
        return _offer(invitation, issuer, subject)
    account = None if username is None else register.open_account(username, clock.day())
    if account is None:
        return _refuse("You have no account here, or it is closed. Ask your information manager for an invitation.")
    access_control.sign_in(account, HOW)
    return redirect(following)


def _offer(invitation: str, issuer: str, subject: str) -> Response | str:
    """Ask the person whom the organisation has signed in to accept the invitation."""
    now = clock.now()
    username = access_control.register().identities.invited(invitation, now)
    if username is None:
        return _refuse("This invitation was used, or is over. Ask your information manager for a new one.")
    session["binding"] = [invitation, issuer, subject]
    return render_template("admin/binding.html", account=access_control.register().account(username), subject=subject)


@blueprint.post("/sign-in/openid/accept")
@access_control.open_to_anyone
def accept() -> Response:
    """Bind the person whom the organisation has signed in to the account of the invitation, and sign in."""
    invitation, issuer, subject = session.pop("binding", None) or ("", "", "")
    register, now = access_control.register(), clock.now()
    username = register.identities.invited(invitation, now)
    account = None if username is None else register.open_account(username, clock.day())
    if account is None:
        return _refuse("This invitation was used, or is over. Ask your information manager for a new one.")
    if register.identities.account_of(issuer, subject) or register.identities.bound_since(account.username):
        return _refuse("This account, or you, are bound already. Ask your information manager.")
    access_logging.write_now("signed in", account, f"{HOW}; bound to a person of {issuer}")
    try:
        bound = register.identities.accept(invitation, issuer, subject, now)
    except AlreadyBound:  # by somebody who was quicker
        bound = None
    if bound != account.username:
        return _refuse("This invitation was used, or is over. Ask your information manager for a new one.")
    access_control.sign_in(account, HOW)
    return redirect("/")


class NoIdToken(ValueError):
    """The issuer sent no id token, or one without issuer or subject."""


class WrongAudience(ValueError):
    """The audience of the API is that of the id tokens of persons."""


class AnotherIssuer(ValueError):
    """The metadata name another issuer than the one that is set (OpenID Connect Discovery 1.0, 4.3)."""


def _check_issuer(client: Any) -> None:
    """``AnotherIssuer`` where the metadata are not those of the issuer that is set."""
    named = client.load_server_metadata().get("issuer")
    if not isinstance(named, str) or named.rstrip("/") != current_app.extensions["openid"]["issuer"]:
        raise AnotherIssuer


def _person(client: Any) -> tuple[str, str]:
    """The issuer and subject of a valid id token; ``NoIdToken``, or an error of the libraries."""
    _check_issuer(client)
    issuer = current_app.extensions["openid"]["issuer"]
    metadata = client.load_server_metadata()
    offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    metadata["id_token_signing_alg_values_supported"] = [name for name in offered if name.startswith(SIGNED)]
    wanted: dict[str, Any] = {
        "iss": {"essential": True, "values": [issuer, f"{issuer}/"]}, "sub": {"essential": True},
        "aud": {"essential": True}, "exp": {"essential": True},
    }  # fmt: skip
    if strength := current_app.extensions["openid"]["acr"]:
        wanted["acr"] = {"essential": True, "values": strength.split()}
    said = client.authorize_access_token(claims_options=wanted)
    claims = said.get("userinfo") if said.get("id_token") else None
    if not claims or not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise NoIdToken("there is no id token that says who it is")
    return str(claims["iss"]).rstrip("/"), claims["sub"]


def _unreachable(error: Exception) -> Response:
    current_app.logger.warning("OpenID Connect: %s", trace_of(error))
    flash(
        "Your organisation's sign-in can't be reached. Try again in a few minutes, or tell whoever runs this service."
    )
    return redirect(url_for("signing_in.index"))


def _refuse(words: str) -> Response:
    access_control.log("sign-in failed", who=UNKNOWN, detail=HOW)
    flash(words)
    return redirect(url_for("signing_in.index"))


def _client() -> Any:
    if not configured():
        abort(404)
    return current_app.extensions["openid"]["client"]


def of_environment() -> dict[str, str]:
    """The settings of the environment; ``WrongAudience``."""
    found = {name: os.environ.get(f"CASEAUDIT_OPENID_{name}", "") for name in SETTINGS}
    audience = os.environ.get(AUDIENCE, "").strip()
    check_audience(audience, found["CLIENT_ID"])
    return found | {"AUDIENCE": audience}


def check_audience(audience: str, client: str) -> None:
    """``WrongAudience`` where the id tokens of persons would be meant for the API too."""
    if audience and audience == client:
        raise WrongAudience(
            f"{AUDIENCE} is the client id of the sign-in of persons; give the API an audience of its own at the issuer"
        )


def attach(app: Flask) -> None:
    """Read the configuration from ``app.config["OPENID"]`` or the environment. Nothing is fetched yet."""
    settings: dict[str, str] = app.config.get("OPENID") or of_environment()
    if not settings.get("ISSUER"):
        return
    from authlib.integrations.flask_client import OAuth

    issuer = settings["ISSUER"].rstrip("/")
    audience = settings.get("AUDIENCE", "")
    check_audience(audience, settings["CLIENT_ID"])
    client = OAuth(app).register(
        "organisation",
        client_id=settings["CLIENT_ID"],
        client_secret=settings["CLIENT_SECRET"],
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid",
            "code_challenge_method": "S256",
            "default_timeout": SECONDS,
            "max_redirects": 0,
        },
    )
    app.extensions["openid"] = {
        "client": client, "issuer": issuer, "break_glass": settings.get("BREAK_GLASS") or "", "acr": settings.get("ACR") or "",
        "audience": audience,
    }  # fmt: skip
