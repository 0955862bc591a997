"""Signing in with the organisation's own accounts, against a small provider of OpenID Connect on this machine."""

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
from tests.support.people import add
from web.app import create_app
from web.site import access_control

SECRET = "of this test only"
SPO = Account("ann.spo", "Ann Spo", "spo", ("Gloucester",))


class Provider:
    """Says who somebody is: ``claims`` are what it says of the next person, ``error`` that it lets nobody in."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {"preferred_username": "ann.spo"}
        self.error = ""
        self.audience = "caseaudit"
        self.key = RSAKey.generate_key(2048, parameters={"kid": "1"})
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
        signed = jwt.encode({"alg": "RS256", "kid": "1"}, claims, self.key)
        return jsonify(access_token="x", token_type="Bearer", expires_in=60, id_token=signed)

    def keys(self) -> Response:
        return jsonify(keys=[self.key.as_dict(private=False)])


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
    running.claims, running.error, running.audience = {"preferred_username": "ann.spo"}, "", "caseaudit"
    return running


@pytest.fixture
def app(provider: Provider, tmp_path: Path) -> Flask:
    settings = {"ISSUER": provider.issuer, "CLIENT_ID": "caseaudit", "CLIENT_SECRET": SECRET, "CLAIM": ""}
    app = create_app(str(tmp_path / "site.sqlite"), open_id=settings)
    add(app, SPO)
    return app


def through(client: FlaskClient, start: str = "/sign-in/openid") -> Any:
    """The way that a browser takes: to the provider, which knows the person, and back."""
    away = client.get(start)
    assert away.status_code == 302, away.text
    back = requests.get(away.location, allow_redirects=False, timeout=HANGING).headers["Location"]
    parts = urlsplit(back)
    return client.get(f"{parts.path}?{parts.query}")


def test_in_with_the_account_that_the_claim_names(app: Flask, provider: Provider) -> None:
    client = app.test_client()
    assert "/sign-in/openid" in client.get("/sign-in").text
    answer = through(client, "/sign-in/openid?next=/cases")
    assert (answer.status_code, answer.location) == (302, "/cases")
    assert parse_qs(urlencode(provider.asked))["code_challenge_method"] == ["S256"]
    assert "Ann Spo" in client.get("/cases").text
    with app.app_context():
        (line,) = access_control.register().log.lines(staff="ann.spo", action="signed in")
    assert line.detail == "OpenID Connect"


def test_a_password_that_was_given_is_nothing_to_who_never_types_it(app: Flask) -> None:
    with app.app_context():
        access_control.register().change(replace(SPO, must_change=True))
    client = app.test_client()
    through(client)
    assert client.get("/desk").status_code == 200


@pytest.mark.parametrize("claims", [{"preferred_username": "somebody"}, {"preferred_username": None}, {}])
def test_nobody_without_an_account_here_gets_in(app: Flask, provider: Provider, claims: dict[str, Any]) -> None:
    provider.claims = claims
    client = app.test_client()
    assert through(client).location == "/sign-in"
    assert "You have no account here, or it is closed" in client.get("/sign-in").text
    assert client.get("/cases").status_code == 302


def test_a_closed_account_does_not_get_in(app: Flask) -> None:
    with app.app_context():
        access_control.register().change(replace(SPO, disabled=True))
    client = app.test_client()
    assert through(client).location == "/sign-in"


def test_the_providers_refusal_is_told(app: Flask, provider: Provider) -> None:
    provider.error = "access_denied"
    client = app.test_client()
    assert through(client).location == "/sign-in"
    assert "did not let you in (access_denied)" in client.get("/sign-in").text


def test_a_token_for_another_service_is_refused(app: Flask, provider: Provider) -> None:
    provider.audience = "another"
    client = app.test_client()
    assert through(client).location == "/sign-in"
    assert client.get("/cases").status_code == 302


def test_an_answer_that_was_not_asked_for_is_refused(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/sign-in/openid/back?code=a-code&state=invented").location == "/sign-in"


def test_a_provider_that_is_down_is_a_clear_page(tmp_path: Path) -> None:
    settings = {"ISSUER": "http://127.0.0.1:9", "CLIENT_ID": "caseaudit", "CLIENT_SECRET": SECRET, "CLAIM": ""}
    client = create_app(str(tmp_path / "site.sqlite"), open_id=settings).test_client()
    answer = client.get("/sign-in/openid")
    assert answer.location == "/sign-in"
    assert "be reached. Try again in a few minutes" in client.get("/sign-in").text


def test_without_configuration_there_is_no_such_page(tmp_path: Path) -> None:
    client = create_app(str(tmp_path / "site.sqlite")).test_client()
    assert client.get("/sign-in/openid").status_code == 404
    assert "/sign-in/openid" not in client.get("/sign-in").text
