"""The front door: whose word on the client is taken, and which hosts the site answers to."""

from pathlib import Path

import pytest
from flask import Flask, jsonify, request

from tests.support.people import MANAGER, PASSWORD, add, post
from web.app import create_app
from web.site import access_control, front_door

SAYS = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "audit.example"}


def site(*proxies: str, names: tuple[str, ...] = ("audit.example", "localhost")) -> Flask:
    app = Flask(__name__)

    @app.get("/")
    def index() -> object:
        return jsonify(client=request.remote_addr, scheme=request.scheme, host=request.host)

    @app.get("/healthz")
    def healthz() -> str:
        return "well"

    front_door.attach(app, proxies=proxies, names=names)
    return app


def told(app: Flask, peer: str, **headers: str) -> tuple[str, str, str]:
    said = app.test_client().get("/", headers={**SAYS, **headers}, environ_overrides={"REMOTE_ADDR": peer}).json
    return said["client"], said["scheme"], said["host"]


def test_a_listed_proxy_is_believed_and_nobody_else() -> None:
    believed = ("203.0.113.9", "https", "audit.example")
    app = site("10.0.0.0/24", "::1")
    for peer in ("10.0.0.5", "::1", "::ffff:10.0.0.5"):
        assert told(app, peer) == believed
    for peer in ("10.0.1.5", "192.0.2.1", "127.0.0.1"):
        assert told(app, peer) == (peer, "http", "localhost")
    assert told(site(), "127.0.0.1") == ("127.0.0.1", "http", "localhost"), "without a proxy nobody is"


@pytest.mark.parametrize(
    ("said", "client"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("127.0.0.1, 203.0.113.9", "203.0.113.9"),
        ("192.0.2.1, 203.0.113.9, 10.0.0.6", "203.0.113.9"),
        ("203.0.113.9, 10.0.0.6", "203.0.113.9"),
        ("10.0.0.6", "10.0.0.5"),
        ("", "10.0.0.5"),
        (" , ", "10.0.0.5"),
    ],
)
def test_the_client_is_the_last_address_that_a_trusted_proxy_saw(said: str, client: str) -> None:
    """Whatever stands before it was written by the client."""
    assert told(site("10.0.0.0/24"), "10.0.0.5", **{"X-Forwarded-For": said})[0] == client


def test_odd_schemes_are_not_believed() -> None:
    assert told(site("10.0.0.5"), "10.0.0.5", **{"X-Forwarded-Proto": "ftp"})[1] == "http"


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "audit.example.evil.example", "xaudit.example", "10.0.0.9", "a b"]
)
def test_another_host_is_refused_in_words(host: str) -> None:
    client = site().test_client()
    answer = client.get("/", headers={"Host": host})
    assert (answer.status_code, answer.mimetype) == (400, "text/plain") and "does not answer to the name" in answer.text
    assert host not in answer.text
    away = client.get("/healthz", headers={"Host": host}, environ_overrides={"REMOTE_ADDR": "203.0.113.9"})
    assert away.status_code == 400
    assert client.get("/healthz", headers={"Host": host}).text == "well", "but for a check of health from this machine"


def test_a_proxy_that_passes_on_another_host_is_refused() -> None:
    answer = site("10.0.0.5").test_client().get(
        "/", headers={"X-Forwarded-Host": "evil.example"}, environ_overrides={"REMOTE_ADDR": "10.0.0.5"}
    )  # fmt: skip
    assert answer.status_code == 400


def test_the_names_of_the_site_with_any_port() -> None:
    for host in ("audit.example", "AUDIT.example:443", "localhost:5000"):
        assert site().test_client().get("/", headers={"Host": host}).status_code == 200
    for host in ("localhost", "127.0.0.1:8000", "[::1]:8000"):
        assert site(names=()).test_client().get("/", headers={"Host": host}).status_code == 200
    assert site(names=()).test_client().get("/", headers={"Host": "audit.example"}).status_code == 400


def test_cookies_under_https_are_of_this_host_alone(tmp_path: Path) -> None:
    def cookies(app: Flask, **headers: str) -> list[str]:
        add(app, MANAGER)
        client = app.test_client()
        page = client.get("/sign-in", headers=headers)
        return page.headers.getlist("Set-Cookie")

    (plain,) = cookies(create_app(str(tmp_path / "plain.sqlite")))
    assert plain.startswith("caseaudit=") and "HttpOnly" in plain and "SameSite=Lax" in plain and "Secure" not in plain
    behind = create_app(str(tmp_path / "behind.sqlite"), behind_proxy=True, site_names=("audit.example", "localhost"))
    (secure,) = cookies(behind, **SAYS)
    assert secure.startswith("__Host-caseaudit=") and "; Secure" in secure and "Path=/" in secure
    assert "Domain" not in secure


def test_the_cookie_of_a_known_browser_is_kept_from_scripts_too(tmp_path: Path) -> None:
    app = create_app(str(tmp_path / "plain.sqlite"), second_factor=())
    add(app, MANAGER)
    answer = post(app.test_client(), "/sign-in", username="manager", password=PASSWORD)
    (known,) = (text for text in answer.headers.getlist("Set-Cookie") if text.startswith("caseaudit-known="))
    assert "HttpOnly" in known and "SameSite=Strict" in known and "manager" not in known
    with app.app_context():
        assert access_control.register().account("manager") == MANAGER
