"""Access tokens of the organisation's own sign-in (RFC 9068), against the small provider of the tests of signing in."""

import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from domain.accounts.roles import Account, Client
from tests.support.machine_clients import MachineClient, machine
from tests.support.people import add
from tests.web.admin.test_openid import SECRET, Provider, accepted, invite, running, site  # noqa: F401 - a fixture
from web.admin.openid import WrongAudience
from web.app import create_app
from web.site import access_control, access_tokens

AUDIENCE = "https://cases.example/api"
DOCUMENT = "/api/v1/openapi.json"


@pytest.fixture
def provider(running: Provider) -> Iterator[Provider]:  # noqa: F811
    running.claims, running.error, running.audience, running.sends_id_token = {}, "", "caseaudit", True
    yield running
    running.keys_shown = None


@pytest.fixture
def app(provider: Provider, empty_database: str) -> Iterator[Flask]:
    app = create_app(empty_database, open_id=settings(provider))
    machine(app, feed(provider))
    yield app
    with app.app_context():
        access_control.register().close()


def settings(provider: Provider, audience: str = AUDIENCE) -> dict[str, str]:
    return {"ISSUER": provider.issuer, "CLIENT_ID": "caseaudit", "CLIENT_SECRET": SECRET, "AUDIENCE": audience}


def feed(provider: Provider, subject: str = "feed-client") -> Account:
    client = Client(provider.issuer, "feed-client", subject)
    return Account(
        "feed", "Feed", "machine", ("Gloucestershire",), rights=("reports",), place_level="area", client=client
    )


def claims(provider: Provider, **changed: Any) -> dict[str, Any]:
    now = int(time.time())
    found = {"iss": provider.issuer, "aud": AUDIENCE, "sub": "feed-client", "client_id": "feed-client", "iat": now,
             "exp": now + 300, "jti": "1", **changed}  # fmt: skip
    return {name: value for name, value in found.items() if value is not None}


def signed(provider: Provider, said: dict[str, Any], key: Any = None, **header: Any) -> str:
    return jwt.encode({"alg": "RS256", "kid": "1", "typ": "at+jwt", **header}, said, key or provider.key)


def asked(app: Flask, token: str, path: str = DOCUMENT) -> Any:
    return MachineClient(app, token).get(path)


def refusal(app: Flask, token: str) -> str:
    answer = asked(app, token)
    assert answer.status_code == 401, answer.text[:300]
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    return str(answer.json["detail"])


@pytest.mark.both
def test_a_client_of_the_issuer_is_the_account_that_two_people_bound_it_to(app: Flask, provider: Provider) -> None:
    assert asked(app, signed(provider, claims(provider))).status_code == 200
    assert (
        asked(app, signed(provider, claims(provider, aud=["x", AUDIENCE]), typ="application/at+JWT")).status_code == 200
    )
    with app.app_context():
        line = next(iter(access_control.register().log.lines()))
    assert line.username == "feed" and "client feed-client" in line.detail
    assert "No account here is this client" in refusal(app, signed(provider, claims(provider, client_id="x", sub="x")))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"iss": "https://other.example"}, "another issuer"), ({"iss": None}, "another issuer"),
        ({"aud": "caseaudit"}, "not meant for this API"), ({"aud": None}, "not meant for this API"),
        ({"aud": [AUDIENCE + "/"]}, "not meant for this API"), ({"exp": 1}, "has ended"), ({"exp": None}, "has ended"),
        ({"exp": "later"}, "has ended"), ({"iat": 2**33}, "does not hold yet"), ({"nbf": 2**33}, "does not hold yet"),
        ({"iat": None}, "does not hold yet"), ({"sub": None}, "whose it is"), ({"client_id": None}, "whose it is"),
        ({"client_id": ["feed-client"]}, "whose it is"), ({"jti": None}, "whose it is"), ({"azp": "other"}, "two clients"),
        ({"sub": "ann"}, "of a person"), ({"auth_time": 1}, "a person signed in"), ({"amr": ["pwd"]}, "a person signed in"),
        ({"nonce": "n"}, "a person signed in"), ({"cnf": {"jkt": "x"}}, "bound to a key"),
    ],
)  # fmt: skip
def test_claims_that_are_not_ours_are_refused(
    app: Flask, provider: Provider, changed: dict[str, Any], words: str
) -> None:
    assert words in refusal(app, signed(provider, claims(provider, **changed)))


def test_forged_tokens_are_refused(app: Flask, provider: Provider) -> None:
    said = claims(provider)

    def unsigned(**header: Any) -> str:
        parts = (json.dumps({"typ": "at+jwt", "kid": "1", **header}), json.dumps(said))
        return ".".join(urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in parts) + "."

    good = signed(provider, said)
    head, body, signature = good.split(".")
    other = ".".join(
        (head, urlsafe_b64encode(json.dumps({**said, "sub": "x"}).encode()).rstrip(b"=").decode(), signature)
    )
    hashed = unsigned(alg="HS256")[:-1]
    secret = hmac.new(provider.key.as_pem(private=False), hashed.encode(), sha256).digest()
    words = {
        unsigned(alg="none"): "not signed with a key", unsigned(alg="None"): "not signed with a key",
        unsigned(alg="HS256"): "not signed with a key",
        f"{hashed}.{urlsafe_b64encode(secret).rstrip(b'=').decode()}": "not signed with a key",
        signed(provider, said, RSAKey.generate_key(2048)): "signature does not hold",
        signed(provider, said, ECKey.generate_key("P-256"), alg="ES256"): "signature does not hold",
        signed(provider, said, RSAKey.generate_key(2048), kid="2"): "no such key",
        other: "signature does not hold", f"{head}.{body}.": "signature does not hold",
        signed(provider, said, typ="JWT"): "no access token",
            jwt.encode({"alg": "RS256", "kid": "1"}, said, provider.key): "no access token",
        "a.b.c": "cannot be read", "....": "cannot be read", "x." * 4500: "too long", "é.é.é": "cannot be read",
    }  # fmt: skip
    for token, why in words.items():
        assert why in refusal(app, token), token[:80]
    assert asked(app, good).status_code == 200


def test_a_persons_tokens_open_nothing_of_the_api(app: Flask, provider: Provider) -> None:
    """Neither the id token of a sign-in nor an access token that a person got at another client."""
    now = int(time.time())
    id_token = {"iss": provider.issuer, "aud": "caseaudit", "sub": "ann", "iat": now, "exp": now + 60, "nonce": "n"}
    assert "id token is none" in refusal(app, jwt.encode({"alg": "RS256", "kid": "1"}, id_token, provider.key))
    assert "not meant for this API" in refusal(app, signed(provider, id_token))
    assert "No account" in refusal(app, signed(provider, claims(provider, client_id="caseaudit", sub="ann")))


def test_a_persons_account_is_no_client(provider: Provider, empty_database: str) -> None:
    app = site(empty_database, provider)
    app.extensions["openid"]["audience"] = AUDIENCE
    provider.claims = {"sub": "ann-at-work"}
    accepted(app, invite(app))
    said = claims(provider, sub="ann-at-work", client_id="ann-at-work")
    assert "No account here is this client" in refusal(app, signed(provider, said))


def test_another_subject_is_named_on_the_account(app: Flask, provider: Provider) -> None:
    with app.app_context():
        register = access_control.register()
        register.change(replace(register.account("feed"), client=Client(provider.issuer, "feed-client", "service-17")))
    assert asked(app, signed(provider, claims(provider, sub="service-17"))).status_code == 200
    assert "another subject" in refusal(app, signed(provider, claims(provider)))


def test_the_scope_claim_narrows_and_never_widens(app: Flask, provider: Provider) -> None:
    for scope, status in (("", 200), ("email profile", 200), ("caseaudit:reports", 200), ("caseaudit:read x", 403)):
        answer = asked(app, signed(provider, claims(provider, scope=scope)), "/api/v1/reports")
        assert answer.status_code == status, scope
    assert (
        asked(app, signed(provider, claims(provider, scope="caseaudit:record")), "/api/v1/reports").status_code == 403
    )
    with app.app_context():
        assert access_control.register().account("feed").rights == ("reports",)


def test_a_closed_account_refuses_its_client(app: Flask, provider: Provider) -> None:
    with app.app_context():
        register = access_control.register()
        register.change(replace(register.account("feed"), disabled=True))
    assert "account of this client is closed" in refusal(app, signed(provider, claims(provider)))


def test_a_new_key_of_the_issuer_is_fetched_and_floods_of_unknown_ones_are_not(
    app: Flask, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched = []
    ours = access_tokens._fetched
    monkeypatch.setattr(access_tokens, "_fetched", lambda: fetched.append(1) or ours())
    assert asked(app, signed(provider, claims(provider))).status_code == 200
    for kid in range(5):
        assert "no such key" in refusal(
            app, signed(provider, claims(provider), RSAKey.generate_key(2048), kid=f"x{kid}")
        )
    assert len(fetched) == 1
    new = RSAKey.generate_key(2048, parameters={"kid": "2"})
    provider.keys_shown = new
    monkeypatch.setattr(access_tokens, "BETWEEN", 0)
    assert asked(app, signed(provider, claims(provider), new, kid="2")).status_code == 200
    assert "no such key" in refusal(app, signed(provider, claims(provider))), "the old one is gone"


def test_an_issuer_that_does_not_answer_is_said_and_kept_keys_go_on(
    app: Flask, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = signed(provider, claims(provider))

    def gone() -> Any:
        raise ValueError("nothing there")

    ours = access_tokens._fetched
    monkeypatch.setattr(access_tokens, "_fetched", gone)
    answer = asked(app, good)
    assert (
        answer.status_code == 503
        and "cannot be checked" in answer.json["detail"]
        and answer.headers["Retry-After"] == "30"
    )
    monkeypatch.setattr(access_tokens, "_fetched", ours)
    monkeypatch.setattr(access_tokens, "BETWEEN", 0)
    assert asked(app, good).status_code == 200
    monkeypatch.setattr(access_tokens, "_fetched", gone)
    monkeypatch.setattr(access_tokens, "KEPT", 0)
    assert asked(app, good).status_code == 200


def test_the_audience_is_the_apis_own(provider: Provider, empty_database: str) -> None:
    with pytest.raises(WrongAudience, match="an audience of its own"):
        create_app(empty_database, open_id=settings(provider, "caseaudit"))
    without = create_app(empty_database, open_id=settings(provider, ""))
    machine(without, feed(provider))
    assert "CASEAUDIT_API_AUDIENCE" in refusal(without, signed(provider, claims(provider)))


def test_one_client_is_one_account(app: Flask, provider: Provider) -> None:
    from domain.accounts.kept_accounts import ClientTaken

    with pytest.raises(ClientTaken):
        machine(app, replace(feed(provider, "y"), username="second"))
    add(app, Account("ann", "Ann", "spo", ("Gloucester",)))
