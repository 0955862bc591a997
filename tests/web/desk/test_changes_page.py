"""What changed since it was marked as seen: only the form moves a mark, what is grave stays until it is opened, days compare."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.entries.schemas import load_entry
from domain.store.application import Files
from tests.conftest import copied
from tests.support.people import signed_in
from web.app import create_app
from web.site import access_control, system_clock

TODAY = date(2005, 12, 22)
CASE = "V465889/1"
"""Brian Davies, of Gloucester: a licence at high risk of harm, held by Helen Sallis."""


@pytest.fixture
def app(followed: Path, tmp_path: Path) -> Flask:
    return create_app(str(copied(followed, tmp_path)), today=lambda: TODAY, demo=True)


@pytest.fixture(scope="module")
def reader(followed: Path, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """The area's manager, for tests that change nothing."""
    database = copied(followed, tmp_path_factory.mktemp("read"))
    return signed_in(create_app(str(database), today=lambda: TODAY, demo=True), "c.whitlock")


@pytest.fixture
def spo(app: Flask) -> FlaskClient:
    return signed_in(app, "p.anstey")


def record(app: Flask, *lines: dict[str, Any], case: str = CASE, actor: str = "t.adeyemi") -> None:
    """Store entries on a case, dated and recorded on the demonstration's today unless they say otherwise."""
    files = Files.open(app.config["DATABASE"])
    try:
        for number, line in enumerate(lines):
            at = datetime(2005, 12, 22, 9, number, tzinfo=UTC).isoformat()
            entry = {"entry": f"new-{len(files.read(case).entries)}", "occurred_on": "2005-12-22", "recorded_at": at}
            fields = entry | {name: value for name, value in line.items() if name != "type"}
            files.record(case, [load_entry(line["type"], fields)], actor=actor)
    finally:
        files.close()


def raised(**more: Any) -> dict[str, Any]:
    return {"type": "RiskLevelChanged", "from": "high", "to": "very_high", "reason": "a new charge", **more}


def told(page: str) -> str:
    """The text of the page's own part."""
    main = page[page.index("<h1") : page.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def form_of(page: str, action: str) -> dict[str, list[str]]:
    """What a form of the page sends."""
    inside = re.search(rf'<form method="post" action="{action}[^"]*".*?</form>', page, re.DOTALL)
    assert inside is not None, told(page)
    sent: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', inside[0]):
        sent.setdefault(name, []).append(value)
    return sent


def mark(client: FlaskClient) -> str:
    answer = client.post(
        "/changed/seen", data=form_of(client.get("/changed").text, "/changed/seen"), follow_redirects=True
    )
    assert answer.status_code == 200
    return str(answer.text)


def test_nothing_moves_a_mark_but_the_form(app: Flask, spo: FlaskClient) -> None:
    record(app, {"type": "CaseAllocated", "area": "Gloucestershire", "division": "South", "team": "Gloucester",
                 "officer": "Tunde Adeyemi", "officer_grade": "po"}, raised())  # fmt: skip
    for _ in range(2):
        assert "Risk raised Risk of harm high → very high, 22 Dec 2005" in told(spo.get("/changed").text)
    spo.get(f"/cases/{CASE}")
    with app.app_context():
        assert not access_control.register().seen.of("p.anstey")
    assert spo.get("/changed/seen").status_code == 405


def test_what_is_grave_stays_until_it_is_opened_and_the_rest_is_seen(app: Flask, spo: FlaskClient) -> None:
    every = told(spo.get("/changed").text)
    assert "Never marked as seen: shown from 15 Dec 2005, five working days back" in every
    record(app, raised())
    page = mark(spo)
    assert "Marked as seen. 1 line stays until you open the case." in page
    assert "New since you marked seen, 22 Dec 2005" in told(page) and "Brian Davies" in told(page)
    assert "/changed/seen" not in page, "nothing is left to mark: the line waits to be opened"
    record(app, {"type": "MappaSet", "category": 2, "level": 3})
    opened = form_of(spo.get("/changed").text, "/changed/open")
    assert opened["case"] == [CASE]
    answer = spo.post("/changed/open", data=opened)
    assert answer.status_code == 302 and answer.location.startswith(f"/cases/{CASE}")
    assert "Brian Davies" not in told(spo.get("/changed").text)


def test_a_line_that_stays_goes_when_it_is_resolved(app: Flask, spo: FlaskClient) -> None:
    record(app, raised())
    mark(spo)
    record(app, raised(**{"from": "very_high", "to": "high"}))
    assert "Risk raised" not in told(spo.get("/changed").text)


def test_a_mark_can_be_undone_for_ten_minutes(app: Flask, spo: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    record(app, {"type": "MappaSet", "category": 2, "level": 3})
    page = mark(spo)
    undone = spo.post("/changed/undo", data=form_of(page, "/changed/undo"), follow_redirects=True)
    assert "What you had marked as seen is listed again." in undone.text
    assert "Never marked as seen" in told(undone.text)
    sent = form_of(mark(spo), "/changed/undo")
    later = system_clock.now() + timedelta(minutes=11)
    monkeypatch.setattr(system_clock, "now", lambda: later)
    assert "/changed/undo" not in spo.get("/changed").text
    assert "a mark can be undone for ten minutes" in spo.post("/changed/undo", data=sent, follow_redirects=True).text


def test_a_place_that_the_record_does_not_have_is_refused(app: Flask, spo: FlaskClient) -> None:
    record(app, raised())
    form = form_of(spo.get("/changed").text, "/changed/seen")
    for name, value in (
        ("position", "999999"), ("position", "-1"), ("position", "x"), ("position", str(1 << 70)), ("position", ""),
        ("day", "2005-12-23"), ("day", "yesterday"), ("hash", "00"),
    ):  # fmt: skip
        answer = spo.post("/changed/seen", data=form | {name: [value]})
        assert answer.status_code == 400 and "Nothing was marked" in answer.text, (name, value)
    with app.app_context():
        assert not access_control.register().seen.of("p.anstey")


def test_an_older_window_moves_nothing_back_and_says_so(app: Flask, spo: FlaskClient) -> None:
    record(app, raised())
    older = form_of(spo.get("/changed").text, "/changed/seen")
    record(app, {"type": "MappaSet", "category": 2, "level": 3})
    mark(spo)
    with app.app_context():
        stood = access_control.register().seen.of("p.anstey")
    answer = spo.post("/changed/seen", data=older, follow_redirects=True)
    assert "Nothing was marked: you have marked up to there, or later, already" in answer.text
    with app.app_context():
        assert access_control.register().seen.of("p.anstey") == stood


def test_what_came_in_after_the_page_was_shown_is_still_new(app: Flask, spo: FlaskClient) -> None:
    record(app, {"type": "MappaSet", "category": 2, "level": 3})
    shown = form_of(spo.get("/changed").text, "/changed/seen")
    absence = {"type": "AppointmentOutcomeRecorded", "occurred_on": "2005-12-22", "outcome": "awaiting_explanation"}
    made = {"type": "AppointmentMade", "entry": "made", "for_on": "2005-12-22", "contact_type": "office"}
    record(app, made, absence | {"appointment": "made"})
    answer = spo.post("/changed/seen", data=shown, follow_redirects=True)
    assert "Decide" in told(answer.text)


def test_each_who_covers_a_team_has_their_own_mark(app: Flask, spo: FlaskClient) -> None:
    record(app, raised())
    mark(spo)
    other = signed_in(app, "c.whitlock")
    assert "Never marked as seen" in told(other.get("/changed").text)
    assert "Risk raised" in told(other.get("/changed").text)


def test_teams_of_others_are_not_marked(app: Flask, spo: FlaskClient) -> None:
    record(app, raised())
    sent = form_of(spo.get("/changed").text, "/changed/seen") | {"team": ["Cheltenham"]}
    answer = spo.post("/changed/seen", data=sent)
    assert answer.status_code == 400 and "None of the teams that you marked as seen is yours" in answer.text
    assert spo.post("/changed/open", data=sent | {"case": ["Z999999/1"]}).status_code == 404


def test_an_import_is_one_line_with_its_count(app: Flask, spo: FlaskClient) -> None:
    record(app, raised())
    mark(spo)
    by = "source delius, operator (ops on host: caseaudit import)"
    record(app, {"type": "TierSet", "tier": 3}, {"type": "MappaSet", "category": 1, "level": 1}, actor=by)
    text = told(spo.get("/changed").text)
    assert re.search(r"Import for delius, .* \(this computer&#39;s clock\): 2 entries on 1 case", text)
    assert "Imports 1 (2 entries)" in text


def test_on_a_past_day_two_days_are_compared_and_nothing_can_be_marked(reader: FlaskClient) -> None:
    page = reader.get("/changed?as_at=3/10/2005").text
    assert "From 26 September 2005, as the file stood, to 3 October 2005" in told(page)
    assert "/changed/seen" not in page and "stays until you open it" not in page
    assert "From 3 October 2005" in told(reader.get("/changed?since=3/10/2005").text)


def test_a_day_that_cannot_be_compared_with_is_asked_for_again(reader: FlaskClient) -> None:
    for typed in ("x", "31/2/2005", "1/1/1950", "23/12/2005", "3/10/2005\x00"):
        for path in ("/changed", "/changed/verdicts", "/changed/verdicts/download/csv"):
            assert reader.get(path, query_string={"since": typed}).status_code == 400, (path, typed)


def test_then_and_now_counts_what_its_table_lists(reader: FlaskClient) -> None:
    text = told(reader.get("/changed/verdicts?since=3/10/2005").text)
    found = re.search(r"(\d+) of ([\d,]+) verdicts differ", text)
    assert found is not None, text
    table = reader.get("/changed/verdicts/download/csv?since=3/10/2005").data.decode("utf-8-sig")
    rows = [row for row in csv.reader(io.StringIO(table)) if row and re.fullmatch(r"[A-Z]\d{6}/\d+", row[0])]
    assert len(rows) == int(found[1])
    ways = re.findall(r"(\d+) (?:late → in time|in time → late|new, [a-z ]+|not asked any more)", text)
    assert sum(map(int, ways)) == len(rows)


def test_filters_show_a_part_and_leave_out_the_button(reader: FlaskClient) -> None:
    """What is marked is all that is shown: a part of it cannot be marked, and a link leads to the whole."""
    whole, part = (reader.get(path).text for path in ("/changed", "/changed?officer=Ruth+Ablewhite"))
    assert "Newly overdue 7" in told(whole) and 'action="/changed/seen' in whole
    assert 'action="/changed/seen' not in part and "To mark what changed as seen, show all of it" in told(part)
    blocks = re.findall(r'<p class="govuk-body ca-changes__head">.*?</p>', part, re.DOTALL)
    assert blocks and all("Ruth Ablewhite" in block for block in blocks)
    assert part.count("ca-changes__head") < whole.count("ca-changes__head")
    of_teams = told(reader.get("/changed?by=team").text).partition("By team")[2]
    counted = re.findall(r"(?:Cheltenham|Cotswold|Gloucester|Forest) \d+ \d+ (\d+) \d+ \d+", of_teams)
    assert sum(map(int, counted)) == 7, of_teams


def test_a_case_limited_meanwhile_is_not_listed(app: Flask, spo: FlaskClient) -> None:
    record(app, raised())
    mark(spo)
    page = spo.get("/changed").text
    sent = form_of(page, "/changed/open")
    assert "Brian Davies" in page and sent["case"] == [CASE]
    record(app, {"type": "AccessLimited", "excluded": ["p.anstey"], "reason": "knows the family"})
    assert "Brian Davies" not in spo.get("/changed").text
    assert spo.post("/changed/open", data=sent).status_code == 404


def test_the_panel_stands_at_the_head_of_to_do_and_leads_back_there(app: Flask, spo: FlaskClient) -> None:
    record(app, raised())
    page = spo.get("/desk").text
    assert told(page).index("Risk of harm high → very high") < told(page).index("Yours to do")
    answer = spo.post("/changed/seen", data=form_of(page, "/changed/seen"))
    assert answer.status_code == 302 and answer.location == "/desk"
    past = spo.get("/desk?as_at=3/10/2005").text
    assert "What changed up to this day" in told(past) and "/changed/seen" not in past
    sent = dict(re.findall(r'name="(as_at|since)" value="([^"]*)"', past[past.index('action="/changed"') :]))
    assert "From 26 September 2005, as the file stood, to 3 October 2005" in told(
        spo.get("/changed", query_string=sent).text
    )
