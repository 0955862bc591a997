"""Signing in with the organisation's own accounts, by OpenID Connect, where the service is configured for it.

Four environment variables: ``CASEAUDIT_OPENID_ISSUER`` (its discovery document is read on first use),
``CASEAUDIT_OPENID_CLIENT_ID``, ``CASEAUDIT_OPENID_CLIENT_SECRET`` and, if need be, ``CASEAUDIT_OPENID_CLAIM``: the
claim that holds the caseaudit user name (default ``preferred_username``). Roles stay in the register: a person without
an account here cannot sign in.
"""

import os
from typing import Any

from flask import Blueprint, Flask, abort, current_app, flash, redirect, request, session, url_for
from werkzeug.wrappers import Response

from domain.error_traces import kind_of, trace_of
from web.site import access_control, clock
from web.site.links import local

blueprint = Blueprint("openid", __name__)

SETTINGS = ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "CLAIM")


def configured() -> bool:
    return "openid" in current_app.extensions


@blueprint.get("/sign-in/openid")
@access_control.open_to_anyone
def index() -> Response:
    """Redirect to the organisation's sign-in page."""
    from requests import RequestException

    client = _client()
    session["following"] = request.args.get("next", "/")
    try:
        answer: Response = client.authorize_redirect(url_for("openid.back", _external=True))
    except RequestException as error:
        return _unreachable(error)
    return answer


@blueprint.get("/sign-in/openid/back")
@access_control.open_to_anyone
def back() -> Response:
    """The return from there: sign in as the account that the claim names."""
    from authlib.integrations.base_client import OAuthError
    from joserfc.errors import JoseError
    from requests import RequestException

    client = _client()
    following = local(session.get("following"))
    try:
        claims = client.authorize_access_token().get("userinfo") or {}
    except OAuthError as error:
        return _refuse("", f"Your organisation's sign-in did not let you in ({error.error}). Try again.")
    except JoseError as error:
        current_app.logger.warning("OpenID Connect: the token does not hold: %s", kind_of(error))
        return _refuse("", "What your organisation's sign-in said is not meant for this service. Tell whoever runs it.")
    except RequestException as error:
        return _unreachable(error)
    named = str(claims.get(current_app.extensions["openid"]["claim"], ""))
    account = access_control.register().open_account(named, clock.day())
    if account is None:
        return _refuse(named, "You have no account here, or it is closed. Ask your information manager for one.")
    access_control.sign_in(account, "OpenID Connect")
    return redirect(following)


def _unreachable(error: Exception) -> Response:
    current_app.logger.warning("OpenID Connect: %s", trace_of(error))
    flash(
        "Your organisation's sign-in can't be reached. Try again in a few minutes, or tell whoever runs this service."
    )
    return redirect(url_for("signing_in.index"))


def _refuse(named: str, words: str) -> Response:
    access_control.log("sign-in failed", who=named, detail="OpenID Connect")
    flash(words)
    return redirect(url_for("signing_in.index"))


def _client() -> Any:
    if not configured():
        abort(404)
    return current_app.extensions["openid"]["client"]


def attach(app: Flask) -> None:
    """Read the configuration from ``app.config["OPENID"]`` or the environment. Nothing is fetched yet."""
    from_environment = {name: os.environ.get(f"CASEAUDIT_OPENID_{name}", "") for name in SETTINGS}
    settings: dict[str, str] = app.config.get("OPENID") or from_environment
    if not settings.get("ISSUER"):
        return
    from authlib.integrations.flask_client import OAuth

    client = OAuth(app).register(
        "organisation",
        client_id=settings["CLIENT_ID"],
        client_secret=settings["CLIENT_SECRET"],
        server_metadata_url=settings["ISSUER"].rstrip("/") + "/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},
    )
    app.extensions["openid"] = {"client": client, "claim": settings.get("CLAIM") or "preferred_username"}
