"""Signing in with the organisation's own accounts, against a small provider of OpenID Connect on this machine."""

import re
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from flask import Flask, jsonify, redirect, request
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from domain.accounts.roles import Account
from tests.support.hanging import HANGING
from tests.support.people import PASSWORD, add, post, token_in
from web.app import create_app
from web.site import access_control, clock

SECRET = "of this test only"
SPO = Account("ann.spo", "Ann Spo", "spo", ("Gloucester",))
CHIEF = Account("info", "Ann Spoke", "information_manager")

pytestmark = pytest.mark.both


class Provider:
    """Says who somebody is: ``claims`` are what it says of the next person, ``error`` that it lets nobody in."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {}
        self.sends_id_token = True
        self.error = ""
        self.audience = "caseaudit"
        self.key = RSAKey.generate_key(2048, parameters={"kid": "1"})
        self.keys_shown: RSAKey | None = None
        self.asked: dict[str, str] = {}
        self.app = Flask("provider")
        server = self.server = make_server("127.0.0.1", 0, self.app, threaded=True)
        self.issuer = f"http://127.0.0.1:{server.server_port}"
        self.app.add_url_rule("/.well-known/openid-configuration", view_func=self.about)
        self.app.add_url_rule("/authorize", view_func=self.authorize)
        self.app.add_url_rule("/token", view_func=self.token, methods=["POST"])
        self.app.add_url_rule("/keys", view_func=self.keys)

    def about(self) -> Response:
        return jsonify(
            issuer=self.issuer,
            authorization_endpoint=f"{self.issuer}/authorize",
            token_endpoint=f"{self.issuer}/token",
            jwks_uri=f"{self.issuer}/keys",
            id_token_signing_alg_values_supported=["RS256"],
        )

    def authorize(self) -> Response:
        self.asked = dict(request.args)
        said = {"error": self.error} if self.error else {"code": "a-code"}
        return redirect(f"{self.asked['redirect_uri']}?{urlencode({**said, 'state': self.asked['state']})}")

    def token(self) -> Response:
        assert request.form["code"] == "a-code" and "code_verifier" in request.form
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": self.audience, "sub": "1", "iat": now, "exp": now + 60,
                  "nonce": self.asked["nonce"], **self.claims}  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        signed = jwt.encode({"alg": "RS256", "kid": "1"}, claims, self.key)
        sent = {"id_token": signed} if self.sends_id_token else {}
        return jsonify(access_token="x", token_type="Bearer", expires_in=60, **sent)

    def keys(self) -> Response:
        return jsonify(keys=[(self.keys_shown or self.key).as_dict(private=False)])


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    provider = Provider()
    thread = threading.Thread(target=provider.server.serve_forever, daemon=True)
    thread.start()
    yield provider
    provider.server.shutdown()
    thread.join()
    provider.server.server_close()


@pytest.fixture
def provider(running: Provider) -> Provider:
    running.claims, running.error, running.audience, running.sends_id_token = {}, "", "caseaudit", True
    return running


def site(database: str, provider: Provider, break_glass: str = "") -> Flask:
    settings = {
        "ISSUER": provider.issuer,
        "CLIENT_ID": "caseaudit",
        "CLIENT_SECRET": SECRET,
        "BREAK_GLASS": break_glass,
    }
    app = create_app(database, open_id=settings)
    for account in (SPO, CHIEF):
        add(app, account)
    return app


@pytest.fixture
def app(provider: Provider, empty_database: str) -> Iterator[Flask]:
    made = site(empty_database, provider)
    yield made
    with made.app_context():
        access_control.register().close()


def invite(app: Flask, username: str = "ann.spo") -> str:
    with app.app_context():
        return access_control.register().identities.invite(username, clock.now())


def returned(client: FlaskClient, away: Any) -> Any:
    """The way that a browser takes: to the provider, which knows the person, and back."""
    assert away.status_code == 302, away.text
    back = requests.get(away.location, allow_redirects=False, timeout=HANGING).headers["Location"]
    parts = urlsplit(back)
    return client.get(f"{parts.path}?{parts.query}")


def through(client: FlaskClient, start: str = "/sign-in/openid") -> Any:
    return returned(client, client.get(start))


def accepted(app: Flask, token: str) -> FlaskClient:
    """A client of somebody who followed an invitation and accepted it."""
    client = app.test_client()
    page = returned(client, post(client, f"/invitation/{token}"))
    assert "Is this you?" in page.text and "Ann Spo" in page.text
    answer = client.post("/sign-in/openid/accept", data={"csrf_token": token_in(page.text)})
    assert answer.status_code == 302
    return client


def is_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def test_an_invitation_binds_the_person_and_then_lets_them_in(app: Flask, provider: Provider) -> None:
    token = invite(app)
    assert is_in(accepted(app, token))
    assert parse_qs(urlencode(provider.asked))["code_challenge_method"] == ["S256"]
    client = app.test_client()
    answer = through(client, "/sign-in/openid?next=/cases")
    assert (answer.status_code, answer.location) == (302, "/cases") and is_in(client)
    with app.app_context():
        lines = list(access_control.register().log.lines(username="ann.spo", action="signed in"))
    assert len(lines) == 2 and all("OpenID Connect" in line.detail for line in lines)


def test_an_invitation_is_used_once_and_by_its_holder_alone(app: Flask, provider: Provider) -> None:
    token = invite(app)
    accepted(app, token)
    provider.claims = {"sub": "2"}
    for address in (f"/invitation/{token}", "/invitation/x", "/invitation/" + "x" * 43):
        assert app.test_client().get(address).status_code == 404
    client = app.test_client()
    assert through(client).location == "/sign-in" and not is_in(client)
    other = f"/invitation/{invite(app, 'info')}"
    assert post(client, "/sign-in/openid/accept", other).location == "/sign-in", "without following it"
    assert not is_in(client)


def test_whoever_is_bound_already_is_bound_to_no_other_account(app: Flask) -> None:
    accepted(app, invite(app))
    client, token = app.test_client(), invite(app, "info")
    returned(client, post(client, f"/invitation/{token}"))
    with app.app_context():
        identities = access_control.register().identities
        assert identities.bound_since("info") is None and identities.invited(token, clock.now()) == "info"


@pytest.mark.parametrize(
    "claims",
    [
        {"preferred_username": "ann.spo"},
        {"sub": "ann.spo"},
        {"email": "ann.spo@example.org"},
        {"email": "ann.spo@example.org", "email_verified": True},
        {"name": "Ann Spo", "upn": "ann.spo", "preferred_username": "info"},
    ],
)
def test_no_name_or_address_identifies_anybody(app: Flask, provider: Provider, claims: dict[str, Any]) -> None:
    """Whether the issuer says that it has verified them, or not."""
    accepted(app, invite(app))
    provider.claims = {"sub": "somebody else", **claims}
    client = app.test_client()
    assert through(client).location == "/sign-in" and not is_in(client)
    assert "You have no account here, or it is closed" in client.get("/sign-in").text
    with app.app_context():
        (line,) = access_control.register().log.lines(action="sign-in failed")
    assert line.username == "unknown"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://another.example"},
        {"iss": None},
        {"sub": None},
        {"sub": ""},
        {"aud": "another"},
        {"aud": None},
        {"exp": 1},
        {"exp": None},
        {"nonce": "another"},
        {"nonce": None},
    ],
)
def test_a_token_that_does_not_hold_is_refused(app: Flask, provider: Provider, claims: dict[str, Any]) -> None:
    accepted(app, invite(app))
    provider.claims = claims
    client = app.test_client()
    assert through(client).location == "/sign-in" and not is_in(client)


def test_without_an_id_token_nobody_gets_in(app: Flask, provider: Provider) -> None:
    accepted(app, invite(app))
    provider.sends_id_token = False
    client = app.test_client()
    assert through(client).location == "/sign-in" and not is_in(client)


def test_a_token_signed_by_somebody_else_is_refused(app: Flask, provider: Provider) -> None:
    accepted(app, invite(app))
    own, provider.key = provider.key, RSAKey.generate_key(2048, parameters={"kid": "1"})
    client = app.test_client()
    provider.keys_shown = own
    try:
        assert through(client).location == "/sign-in" and not is_in(client)
    finally:
        provider.key, provider.keys_shown = own, None


def test_a_closed_account_does_not_get_in(app: Flask) -> None:
    accepted(app, invite(app))
    with app.app_context():
        register = access_control.register()
        register.change(replace(register.account("ann.spo"), disabled=True))
    client = app.test_client()
    assert through(client).location == "/sign-in" and not is_in(client)


def test_an_information_manager_invites_and_releases(provider: Provider, empty_database: str) -> None:
    app = site(empty_database, provider, break_glass="info")
    app.config["SECOND_FACTOR"] = ()
    chief = app.test_client()
    post(chief, "/sign-in", username="info", password=PASSWORD)
    page = post(chief, "/staff/ann.spo/invitation", "/staff/ann.spo").text
    found = re.search(r"http://localhost/invitation/([\w-]{43})", page)
    assert found is not None and "works once, for 7 days" in page
    client = accepted(app, found[1])
    assert "Bound to a person" in chief.get("/staff/ann.spo").text
    assert post(client, "/staff/ann.spo/invitation", "/account").status_code == 403
    post(chief, "/staff/ann.spo/release", "/staff/ann.spo")
    assert not is_in(client), "their sessions end"
    assert through(client).location == "/sign-in" and not is_in(client)
    with app.app_context():
        access_control.register().close()


def test_where_it_is_on_passwords_are_off(provider: Provider, empty_database: str) -> None:
    app = site(empty_database, provider)
    page = app.test_client().get("/sign-in").text
    assert "/sign-in/openid" in page and 'name="password"' not in page
    client = app.test_client()
    sent = client.post("/sign-in", data={"csrf_token": token_in(client.get(f"/invitation/{invite(app)}").text),
                                         "username": "ann.spo", "password": PASSWORD})  # fmt: skip
    assert sent.status_code == 404 and not is_in(client)
    with app.app_context():
        access_control.register().close()


def test_but_for_one_account_in_an_emergency(provider: Provider, empty_database: str) -> None:
    app = site(empty_database, provider, break_glass="info")
    app.config["SECOND_FACTOR"] = ()
    client = app.test_client()
    assert "is not right" in post(client, "/sign-in", username="ann.spo", password=PASSWORD).text and not is_in(client)
    post(client, "/sign-in", username="info", password=PASSWORD)
    assert is_in(client)
    with app.app_context():
        access_control.register().close()


def test_a_second_factor_is_the_organisations_matter(app: Flask) -> None:
    client = app.test_client()
    page = returned(client, post(client, f"/invitation/{invite(app, 'info')}"))
    client.post("/sign-in/openid/accept", data={"csrf_token": token_in(page.text)})
    assert client.get("/staff").status_code == 200
    account = client.get("/account").text
    assert "Second factors" not in account and "password" not in account.lower()
    assert client.get("/second-factor/new").status_code == 403


def test_a_password_that_was_given_is_nothing_to_who_never_types_it(app: Flask) -> None:
    client = accepted(app, invite(app))
    with app.app_context():
        register = access_control.register()
        register.change(replace(register.account("ann.spo"), must_change=True))
    assert is_in(client)


def test_the_providers_refusal_is_told(app: Flask, provider: Provider) -> None:
    provider.error = "access_denied"
    client = app.test_client()
    assert through(client).location == "/sign-in"
    assert "did not let you in (access_denied)" in client.get("/sign-in").text


def test_an_answer_that_was_not_asked_for_is_refused(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/sign-in/openid/back?code=a-code&state=invented").location == "/sign-in"


def test_a_provider_that_is_down_is_a_clear_page(tmp_path: Path) -> None:
    settings = {"ISSUER": "http://127.0.0.1:9", "CLIENT_ID": "caseaudit", "CLIENT_SECRET": SECRET}
    client = create_app(str(tmp_path / "site.sqlite"), open_id=settings).test_client()
    answer = client.get("/sign-in/openid")
    assert answer.location == "/sign-in"
    assert "be reached. Try again in a few minutes" in client.get("/sign-in").text


def test_without_configuration_there_is_no_such_page(tmp_path: Path) -> None:
    app = create_app(str(tmp_path / "site.sqlite"))
    add(app, SPO)
    client = app.test_client()
    assert client.get("/sign-in/openid").status_code == 404
    assert client.get(f"/invitation/{invite(app)}").status_code == 404
    assert "/sign-in/openid" not in client.get("/sign-in").text
