"""An issuer that does not answer, sends elsewhere, or is another: the site waits for a time, and goes nowhere else."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.web.admin.test_openid import Provider, accepted, app, invite, is_in, provider, running, through
from web.admin import openid
from web.app import create_app

__all__ = ["app", "provider", "running"]


class Issuer:
    """A server that answers every request with what ``answer`` says: status, headers, body."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer: tuple[int, dict[str, str], bytes] = (200, {}, b"{}")
        self.seconds = 0.0
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked.append(self.path)
                time.sleep(issuer.seconds)
                status, headers, body = issuer.answer
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    made = Issuer()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def asked_to_sign_in(issuer: Issuer, folder: Path) -> tuple[str, float]:
    """What the page of the organisation's sign-in leads to, and how many seconds it took."""
    settings = {"ISSUER": issuer.address, "CLIENT_ID": "caseaudit", "CLIENT_SECRET": "of this test only"}
    client = create_app(str(folder / "case.sqlite"), open_id=settings).test_client()
    begun = time.monotonic()
    answer = client.get("/sign-in/openid")
    assert answer.headers["Location"] == "/sign-in"
    return client.get("/sign-in").text, time.monotonic() - begun


def test_an_issuer_that_does_not_answer_holds_nobody_for_long(
    issuer: Issuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openid, "SECONDS", 0.2)
    issuer.seconds = 3
    page, took = asked_to_sign_in(issuer, tmp_path)
    assert "can&#39;t be reached" in page and took < 2.5


def test_no_redirect_of_the_issuer_is_followed(issuer: Issuer, tmp_path: Path) -> None:
    issuer.answer = (302, {"Location": f"{issuer.address}/elsewhere"}, b"")
    page, _ = asked_to_sign_in(issuer, tmp_path)
    assert "can&#39;t be reached" in page
    assert issuer.asked == ["/.well-known/openid-configuration"]


@pytest.mark.parametrize("named", [b'"https://another.example"', b'""', b"null", b"[]"])
def test_the_metadata_of_another_issuer_are_refused(issuer: Issuer, tmp_path: Path, named: bytes) -> None:
    issuer.answer = (200, {}, b'{"authorization_endpoint": "https://another.example/in", "issuer": ' + named + b"}")
    assert "is not meant for this service" in asked_to_sign_in(issuer, tmp_path)[0]


@pytest.mark.parametrize("body", [b"", b"not JSON", b"\xff"])
def test_metadata_that_cannot_be_read_are_no_error_of_the_site(issuer: Issuer, tmp_path: Path, body: bytes) -> None:
    issuer.answer = (200, {}, body)
    assert "can&#39;t be reached" in asked_to_sign_in(issuer, tmp_path)[0]


@pytest.mark.parametrize(("named", "strong"), [("phr", True), ("phrh", True), ("pwd", False), (None, False)])
def test_a_sign_in_that_is_not_as_strong_as_the_site_asks_is_refused(
    app: Flask, provider: Provider, named: str | None, strong: bool
) -> None:
    accepted(app, invite(app))
    app.extensions["openid"]["acr"] = "phr phrh"
    provider.claims = {"acr": named}
    client = app.test_client()
    through(client)
    assert provider.asked["acr_values"] == "phr phrh"
    assert is_in(client) is strong


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_link_of_another_site_signs_nobody_in(app: Flask, provider: Provider, site: str) -> None:
    accepted(app, invite(app))
    client = app.test_client()
    answer = client.get("/sign-in/openid?next=/cases", headers={"Sec-Fetch-Site": site})
    assert answer.location == "/sign-in?next=/cases" and not is_in(client)
    away = client.get("/sign-in/openid?next=/cases", headers={"Sec-Fetch-Site": "same-origin"})
    assert away.location.startswith(provider.issuer)
