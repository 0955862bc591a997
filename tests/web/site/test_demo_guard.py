"""The demonstration asks for no password, so it answers its own machine only."""

from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from tests.support.people import signed_in
from web.app import create_app

REFUSED = (400, 403)
"""A name that is not the site's is refused before anything else (400)."""


@pytest.mark.parametrize("path", ["/", "/sign-in", "/healthz", "/demo/p.anstey", "/cases", "/assets/style.css"])
@pytest.mark.parametrize("where", [
    {"REMOTE_ADDR": "192.0.2.7"}, {"REMOTE_ADDR": ""}, {"REMOTE_ADDR": "::ffff:192.0.2.7"},
    {"HTTP_HOST": "audit.example"}, {"HTTP_HOST": "localhost.evil.example"}, {"HTTP_HOST": "127.0.0.1.nip.io:5000"},
    {"HTTP_HOST": ""},
    {"HTTP_X_FORWARDED_FOR": "192.0.2.7"}, {"HTTP_FORWARDED": "for=192.0.2.7"}, {"HTTP_VIA": "1.1 proxy"},
])  # fmt: skip
def test_the_demonstration_answers_nobody_from_elsewhere(demo_app: Flask, path: str, where: dict[str, str]) -> None:
    client = signed_in(demo_app, "p.anstey")
    assert client.get(path, environ_overrides=where).status_code in REFUSED
    assert client.post(path, environ_overrides=where).status_code in REFUSED


@pytest.mark.parametrize("host", ["localhost", "localhost:5000", "127.0.0.1:5000", "[::1]:5000", "[::1]", "LOCALHOST"])
def test_the_demonstration_answers_its_own_machine(demo_app: Flask, host: str) -> None:
    for peer in ("127.0.0.1", "::1"):
        found = demo_app.test_client().get("/healthz", environ_overrides={"HTTP_HOST": host, "REMOTE_ADDR": peer})
        assert found.status_code == 200


def test_a_site_that_is_no_demonstration_answers_others(own_database: Path) -> None:
    app = create_app(str(own_database), today=lambda: date(2005, 12, 22))
    assert app.test_client().get("/healthz", environ_overrides={"REMOTE_ADDR": "192.0.2.7"}).status_code == 200
