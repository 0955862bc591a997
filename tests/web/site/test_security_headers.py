"""What the site tells browsers, on every answer; and that no address given to it leads to another site."""

import io
import re
from base64 import urlsafe_b64decode
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from tests.support.depth import deep
from tests.support.people import post, signed_in, token_in
from tests.web.site.test_access_control import pages
from web.app import create_app
from web.services import current_cases
from web.site import access_control, dear_pages
from web.site.links import local

ROOT = Path(__file__).parents[3]
PLAIN = ("text/html", "text/css", "text/csv", "text/javascript", "text/calendar", "image/svg+xml")
OTHER_ORIGIN = {"Origin": "https://evil.example"}


def walked(app: Flask) -> list[tuple[str, str]]:
    """The pages that a run walks: a quick one without the dear ones but for lists as files."""
    return [
        (e, a)
        for e, a in pages(app)
        if deep() or not dear_pages.is_dear(app, e) or e in ("caseload.table", "desk.table")
    ]


@pytest.mark.parametrize("user", ["", "i.nkemelu", "c.whitlock", *(["j.hartnell"] if deep() else [])])
def test_every_answer_says_what_a_browser_may_do_with_it(demo_app: Flask, user: str) -> None:
    client = signed_in(demo_app, user) if user else demo_app.test_client()
    for address in (*(address for _, address in walked(demo_app)), "/nowhere", "/assets/caseaudit.css"):
        answer = client.get(address, headers=OTHER_ORIGIN)
        policy = dict(part.partition(" ")[::2] for part in answer.headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == policy["object-src"] == policy["base-uri"] == "'none'", address
        assert policy["frame-ancestors"] == "'none'" and "unsafe" not in str(policy), address
        assert answer.headers["X-Content-Type-Options"] == "nosniff", address
        assert answer.headers["Referrer-Policy"] == "same-origin", address
        kept = "private, no-cache" if "ETag" in answer.headers else "no-store"
        assert "/assets/" in address or answer.headers["Cache-Control"] == kept, address
        assert "/api/" in address or "/assets/" in address or "ETag" not in answer.headers, address
        assert "Access-Control-Allow-Origin" not in answer.headers, address
        if (answer.mimetype or "").startswith(PLAIN):
            assert "charset=utf-8" in answer.headers["Content-Type"], address
        answer.close()


def test_what_is_no_page_is_kept_and_never_shown(demo_app: Flask) -> None:
    client, kept = signed_in(demo_app, "c.whitlock"), set()
    made = re.search(r"/calendar/c\.whitlock/[^\"<?]+\.ics", post(client, "/calendar", step="replace").text)
    assert made is not None
    for endpoint, address in (*walked(demo_app), ("calendars.feed", made[0])):
        answer = client.get(address)
        if answer.status_code == 200 and answer.mimetype not in ("text/html", "application/json"):
            assert re.fullmatch(r'attachment; filename="[\w-]+\.\w+"', answer.headers["Content-Disposition"]), endpoint
            kept.add(answer.mimetype)
    assert {"text/csv", "text/calendar"} <= kept


def test_over_https_it_stays_so(tmp_path: Path) -> None:
    client = create_app(str(tmp_path / "case.sqlite")).test_client()
    said = client.get("/sign-in", base_url="https://localhost").headers["Strict-Transport-Security"]
    assert said == "max-age=31536000; includeSubDomains"
    assert "Strict-Transport-Security" not in client.get("/sign-in").headers


def test_a_browser_forgets_what_it_kept_after_signing_out(demo_app: Flask) -> None:
    client = signed_in(demo_app, "c.whitlock")
    assert "Clear-Site-Data" not in client.get("/desk").headers
    assert post(client, "/sign-out", "/desk").headers["Clear-Site-Data"] == '"cache", "storage"'


def test_the_cookie_is_signed_with_sha256(demo_app: Flask) -> None:
    client = signed_in(demo_app, "c.whitlock")
    kept = client.get_cookie("caseaudit")
    assert kept is not None
    content, _, signature = kept.value.rpartition(".")
    assert len(urlsafe_b64decode(signature + "=")) == 32
    assert client.get("/desk").status_code == 200
    client.set_cookie("caseaudit", f"{content}.{'A' * len(signature)}")
    assert client.get("/desk").status_code == 302


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PUT", "DELETE", "PATCH"])
def test_a_method_that_no_page_takes_is_refused_and_sends_nothing_back(demo_app: Flask, method: str) -> None:
    answer = demo_app.test_client().open("/sign-in", method=method, headers={"X-Secret": "echo me"})
    assert (answer.status_code, "echo me" in answer.text) == (405, False)


@pytest.mark.parametrize("address", ["/assets/", "/assets/vendor/", "/assets/../app.py", "/assets/%2e%2e/app.py",
                                     "/.git/config", "/assets/..%5capp.py", "/web/app.py", "/setup.cfg"])  # fmt: skip
def test_no_folder_and_no_file_of_the_program_is_served(demo_app: Flask, address: str) -> None:
    assert demo_app.test_client().get(address).status_code == 404


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.example", "/\\evil.example", "/\t/evil.example", "/\t\\evil.example", "/\n//evil.example", "/\r\\evil.example",
     "\t//evil.example", " //evil.example", "/\x00/evil.example", "/x\\..\\\\evil.example", "https://evil.example",
     "https:evil.example", "javascript:alert(1)", "data:text/html,x", "evil.example", "", None],
)  # fmt: skip
def test_an_address_to_go_on_to_is_of_this_site(elsewhere: str | None) -> None:
    assert local(elsewhere) == "/"


@pytest.mark.parametrize("here", ["/", "/cases?team=Forest+of+Dean&sort=officer", "/cases/V465889/1", "/desk?x=é"])
def test_a_page_of_this_site_is_gone_on_to(here: str) -> None:
    assert local(here) == here


@pytest.mark.parametrize("name", ["case.xlsx", "case.zip", "case.ndjson.exe", "case", "../../"])
def test_only_files_of_entries_are_taken(demo_app: Flask, name: str) -> None:
    client = signed_in(demo_app, "i.nkemelu")
    fields = {"csrf_token": token_in(client.get("/imports").text), "step": "check"}
    line = b'{"case": "X1"}\n'
    page = client.post("/imports", data={**fields, "file": (io.BytesIO(line), name)}).text
    assert "its name ends in .ndjson" in page and "govuk-panel" not in page
    page = client.post("/imports", data={**fields, "file": (io.BytesIO(line), "CASE.NDJSON")}).text
    assert "1 line rejected" in page


@pytest.mark.both
def test_asking_for_a_page_changes_nothing(own_database: Path) -> None:
    app = create_app(str(own_database), today=lambda: date(2005, 12, 22), demo=True)

    def state() -> object:
        with app.app_context():
            files = current_cases.repository().files
            return files.recorder.head(), access_control.register().accounts()

    before = state()
    for user in ("c.whitlock", "i.nkemelu", *(["j.hartnell"] if deep() else [])):
        client = signed_in(app, user)
        for _, address in walked(app):
            client.get(address).close()
    assert state() == before


def test_no_view_mixes_query_and_form() -> None:
    """``request.values`` takes from either, so that a link could fill in a form."""
    assert not [
        path for path in (ROOT / "web").rglob("*.py") if re.search(r"request\.values\b", path.read_text("utf-8"))
    ]
