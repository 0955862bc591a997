"""How much each page takes: of nobody, of people, and of those who may import files."""

import io

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder

from tests.support.people import signed_in, token_in
from web.server.body_limit import BodyLimit
from web.site.body_limits import FILE_BYTES, FORM_BYTES, SIGN_IN_BYTES, SiteLimits


def limits(app: Flask) -> SiteLimits:
    found: SiteLimits = app.extensions["body limits"]
    return found


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/sign-in", BodyLimit(SIGN_IN_BYTES, SIGN_IN_BYTES)),
        ("/nowhere", BodyLimit(SIGN_IN_BYTES, SIGN_IN_BYTES)),
        ("/password", BodyLimit(FORM_BYTES, FORM_BYTES)),
        ("/cases/V465889/1/record/WarningGiven", BodyLimit(FORM_BYTES, FORM_BYTES)),
        ("/imports", BodyLimit(FORM_BYTES, FILE_BYTES)),
        ("/imports/extract", BodyLimit(FORM_BYTES, FILE_BYTES)),
        ("/\xff\xfe//../%00", BodyLimit(SIGN_IN_BYTES, SIGN_IN_BYTES)),
    ],
)
def test_each_page_has_its_limit(demo_app: Flask, path: str, limit: BodyLimit) -> None:
    assert limits(demo_app).of("POST", path) == limit


def test_only_pages_that_take_files_take_large_forms(demo_app: Flask) -> None:
    found = limits(demo_app)
    large = {e for e in demo_app.view_functions if FILE_BYTES in found.of_page(e)}
    machines = {"api_entries.send", "api_entries.send_to_case"}
    assert large == {"imports.take", "extracts.take", "assessing.attach_evidence", *machines}


@pytest.mark.both
@pytest.mark.parametrize(
    ("who", "known"), [("i.nkemelu", True), ("p.anstey", False), ("j.hartnell", False), ("", False)]
)
def test_the_server_asks_who_sends_a_large_file(seen_app: Flask, who: str, known: bool) -> None:
    client = signed_in(seen_app, who) if who else seen_app.test_client()
    cookie = client.get_cookie("caseaudit")
    headers = {"Cookie": f"{cookie.key}={cookie.value}"} if cookie else {}
    builder = EnvironBuilder(
        "/imports", method="POST", headers=headers, environ_overrides={"CONTENT_LENGTH": "9000000"}
    )
    assert limits(seen_app).knows(builder.get_environ()) is known


@pytest.mark.both
def test_a_large_file_is_read_of_those_who_may_import_only(seen_app: Flask) -> None:
    size = FORM_BYTES + 1_000  # half a megabyte and more goes to a file, which the test client does not close
    client = signed_in(seen_app, "i.nkemelu")
    token = token_in(client.get("/imports").text)

    def send(of: object) -> int:
        file = io.BytesIO(b"x" * size), "large.ndjson"
        code: int = of.post("/imports", data={"csrf_token": token, "file": file, "step": "check"}).status_code  # type: ignore[attr-defined]
        return code

    assert send(client) == 200
    assert send(signed_in(seen_app, "p.anstey")) == 413
    assert send(seen_app.test_client()) == 413
    long = {"csrf_token": token, "username": "x" * SIGN_IN_BYTES, "password": "y"}
    assert seen_app.test_client().post("/sign-in", data=long).status_code == 413
