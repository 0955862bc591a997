"""The home pages of those who answer for cases: each row leads to its form, each figure opens its list, on any day."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.accounts.roles import Account
from domain.entries.register_entries import SourceRegistered
from domain.store.last_extracts import Extract
from domain.store.sources import Source
from projections.columns.column_schema import Array
from projections.lists.counted_cases import CountedCases
from projections.lists.todo_bands import BANDS
from projections.lists.todo_items import TodoItems, kinds
from tests.support.histories import facts_of
from tests.support.people import signed_in
from web.app import create_app
from web.desk import desk_reading, next_duty, todo_page
from web.desk.record_head import RecordHead
from web.services import current_cases


@pytest.fixture(scope="module")
def app(demo_app: Flask) -> Flask:
    return demo_app


@pytest.fixture(scope="module")
def spo(app: Flask) -> FlaskClient:
    return signed_in(app, "p.anstey")


@pytest.fixture(scope="module")
def area(app: Flask) -> FlaskClient:
    return signed_in(app, "c.whitlock")


def words(text: str) -> str:
    """What a page says, in one line."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text.partition("<h1")[2].partition("</main>")[0])))


def blocks(text: str) -> list[tuple[str, str]]:
    """The blocks of a page: case and band."""
    return [
        (block[1], block[2])
        for block in re.finditer(r'ca-nowrap">([^<]+)</span></h3>\s*<span class="ca-block__band[^>]*>([^<]+)<', text)
    ]  # fmt: skip


def part(text: str, name: str) -> str:
    return text.partition(f'id="part-{name}"')[2].partition("</section>")[0]


def test_the_spos_list_has_two_parts_in_order_of_their_bands(spo: FlaskClient) -> None:
    page = spo.get("/desk").text
    assert [one[1] for one in blocks(part(page, "yours"))] == ["High risk", "High risk"]
    order = [one[1] for one in blocks(part(page, "officers"))]
    rank = {
        "Never assessed": 0,
        "Very high risk": 0,
        "Enforcement clock": 1,
        "High risk": 2,
        "MAPPA 2": 2,
        "Other cases": 3,
    }
    assert [rank[word] for word in order] == sorted(rank[word] for word in order) and len(set(order)) == 4
    said = words(page)
    assert "Yours to do (8)" in said and f"Your officers' (29 duties, {len(order)} people)" in said
    assert "Assessment of 9 Nov countersigned by a manager within 5 working days ( time limit unsure) ." in said
    assert "Due 11 Aug, 94 working days late." in said
    assert part(page, "yours").count("Due ") == 8 and part(page, "officers").count("Due ") == 29
    assert "Record complete to 21 December 2005." in said and "past its review since 2 Aug 2005" in said
    assert "Folded 8 on ended cases" in said and "Gaps 2 never assessed" in said
    assert "Nothing in first contact, decisions on absence, courts" in said
    assert "Not checked by this edition 4 duties that no case record shows" in said


def test_every_row_leads_to_its_form_and_back(spo: FlaskClient) -> None:
    page = spo.get("/desk?kind=reviews").text
    acts = re.findall(r'class="ca-duty__act"><a class="govuk-link" href="([^"]+)"', page)
    assert len(acts) == page.count('class="ca-duty__act"') > 8
    for address in {unescape(one) for one in acts}:
        assert "back=%2Fdesk?kind%3Dreviews" in address or "back=/desk?kind%3Dreviews" in address, address
    for past in ("/desk", "/desk/overdue", "/cases/V465889/1"):  # forms record today
        assert not re.search(r'href="[^"]*/\d+/(record|countersign)', spo.get(f"{past}?as_at=2005-12-21").text), past
    forms = {unescape(one).partition("?")[0] for one in acts}
    assert {spo.get(address, follow_redirects=True).status_code for address in sorted(forms)[:3]} == {200}


def test_filters_narrow_the_officers_part_alone(spo: FlaskClient) -> None:
    page = spo.get("/desk?officer=Helen+Sallis&kind=reviews").text
    assert "Yours to do (8)" in words(page) and "Your officers' (3 duties, 2 people)" in words(page)
    assert all("Helen Sallis" in block for block in part(page, "officers").split('class="ca-block"')[1:])
    nothing = [words(spo.get(f"/desk?officer=Helen+Sallis&kind={quote(kind)}").text) for kind in kinds()]
    assert any("None of 29 duties fits these filters." in page for page in nothing)
    assert spo.get("/desk?officer=Nobody").status_code == 404, "a name that is not known is no empty list"
    assert 'id="filter-band"' not in page and 'id="filter-team"' not in page


def test_a_long_list_stands_on_pages_that_lose_no_block(spo: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = blocks(spo.get("/desk").text)
    monkeypatch.setattr(todo_page, "SIZE", 3)
    pages = [spo.get(f"/desk?page={number}").text for number in range(1, 6)]
    assert [block for page in pages for block in blocks(page)] == whole and len(whole) == 13
    assert "Yours to do (8)" in words(pages[0]) and "Yours to do" not in words(pages[1])
    assert "(29 duties, 11 people)" in words(pages[0]) and "(29 duties, 11 people)" in words(pages[4])
    assert blocks(spo.get("/desk?page=99").text) == blocks(pages[4])


def test_what_is_folded_opens_by_its_count(spo: FlaskClient) -> None:
    page = spo.get("/desk/to-do?show=ended").text
    assert "On ended cases, Gloucester" in words(page) and len(blocks(page)) == 8 == page.count(" · ended ")


@pytest.mark.parametrize("day", ["", "&as_at=2005-10-03", "&as_at=2004-03-01&known=hindsight"])
def test_every_figure_of_the_summary_opens_its_list(area: FlaskClient, day: str) -> None:
    page = area.get(f"/desk?{day[1:]}").text
    cells = re.findall(
        r'<td class="govuk-table__cell govuk-table__cell--numeric"[^>]*><a [^>]*href="([^"]+)">(\d+)<', page
    )
    assert len(cells) > 20
    for address, count in {(unescape(a), int(n)) for a, n in cells if "/to-do" in a}:
        listed, number = area.get(address).text, 1
        found = blocks(listed)
        while f"page={number + 1}" in listed:
            number += 1
            listed = area.get(f"{address}&page={number}").text
            found += blocks(listed)
        assert len(found) == count == len(set(found)), address
    cases = next((unescape(a), int(n)) for a, n in cells if a.startswith("/cases"))
    assert f"Listed below {cases[1]}" in words(area.get(cases[0]).text)


def test_the_summary_makes_nothing_of_any_case(area: FlaskClient) -> None:
    page = area.get("/desk").text
    assert not blocks(page) and [f"{band.title}" in page for band in BANDS.values()] == [True] * len(BANDS)
    filtered = words(area.get("/desk/to-do?team=Gloucester&band=b").text)
    assert filtered.count("Enforcement clock") >= 3 and "Cheltenham ·" not in filtered


def test_a_case_managers_day(app: Flask) -> None:
    client = signed_in(app, "t.adeyemi")
    said = words(client.get("/desk").text)
    assert "Thursday 22 December" in said and "Appointments (1) Derek Tocknell , P114066/1" in said
    assert "To do by 29 December (2 duties, 1 person)" in said
    assert "No appointments in the next 7 days, no requests to you, no outcomes overdue." in said
    past = words(client.get("/desk?as_at=2005-05-16").text)
    assert "Monday 16 May" in past and "This week" in past
    assert client.get("/desk/to-do").headers["Location"] == "/desk"


def test_an_appointment_of_today_offers_its_outcome_and_one_of_before_waits(own_database: Path) -> None:
    app, who = create_app(str(own_database), today=lambda: date(2005, 12, 22), demo=True), "P114066/1"
    made = {"type": "AppointmentMade", "recorded_at": "2005-12-12T10:00:00+00:00", "contact_type": "office"}
    lines = [
        made | {"entry": "t1", "occurred_on": "2005-12-12", "for_on": "2005-12-22", "for_time": "15:30"},
        made | {"entry": "t2", "occurred_on": "2005-12-12", "for_on": "2005-12-14"},
        made | {"entry": "t0", "occurred_on": "2005-12-12", "for_on": "2005-12-19", "national_standards": True},
        {
            "type": "AppointmentOutcomeRecorded",
            "entry": "missed",
            "occurred_on": "2005-12-19",
            "appointment": "t0",
            "recorded_at": "2005-12-19T16:00:00+00:00",
            "outcome": "awaiting_explanation",
        },
        made | {"entry": "t3", "occurred_on": "2005-12-12", "for_on": "2005-12-28"},
    ]
    with app.app_context():
        files = current_cases.repository().files
        files.record(who, facts_of(lines), actor="t.adeyemi", now=datetime(2006, 1, 1, tzinfo=UTC))
    page = signed_in(app, "t.adeyemi").get("/desk").text
    said = words(page)
    assert "Appointments (2)" in said and "15:30 Derek Tocknell" in said
    assert "/cases/P114066/1/attended/t1" in page and "/attended/t2" not in page
    assert "No outcome yet (1)" in said and "Outcome of the appointment of 14 Dec recorded" in said
    assert "1 absence on your cases waits for a decision; you may record it, as may your manager" in said
    assert "This week Wednesday 28 December Derek Tocknell" in said and "Record the outcomes of the day" in said


@pytest.mark.parametrize("user", ["p.anstey", "t.adeyemi", "c.whitlock", "a.rao", "m.hoole"])
@pytest.mark.parametrize("day", ["2004-05-04", "2012-06-01"])
def test_the_home_pages_can_be_read_on_any_day(app: Flask, user: str, day: str) -> None:
    page = signed_in(app, user).get(f"/desk?as_at={day}")
    assert page.status_code == 200 and page.text.count("<h1") == 1


def test_a_day_in_1950_is_refused_with_the_days_that_can_be_read(spo: FlaskClient) -> None:
    page = spo.get("/desk?as_at=1950-01-02")
    assert page.status_code == 400 and "1950" in page.text and "There is a problem" in page.text


def test_without_any_data_the_page_says_who_loads_it(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir(mode=0o700)
    app = create_app(str(folder / "a.sqlite"), today=lambda: date(2005, 12, 22))
    for role, places in (("spo", ("Gloucester",)), ("area_manager", ("Gloucestershire",)), ("case_manager", ())):
        page = signed_in(app, Account(f"x.{role}", "X", role, places)).get("/desk")  # type: ignore[arg-type]
        assert page.status_code == 200, role
        assert "No cases have been loaded. Your information manager loads them." in words(page.text)
        assert "filter" not in page.text.partition("<h1")[2]


@pytest.mark.parametrize("user", ["p.anstey", "c.whitlock", "t.adeyemi"])
def test_before_any_case_began_the_page_says_that_and_not_that_none_is_loaded(app: Flask, user: str) -> None:
    page = signed_in(app, user).get("/desk?as_at=1999-06-01").text
    assert "None of the cases here had begun by 1 June 1999." in words(page) and "have been loaded" not in page
    assert "<title>Today" not in re.sub(r"\s+", "", page)


def test_what_is_left_and_next_is_of_the_readers_own_list(app: Flask) -> None:
    with app.test_request_context("/desk"):
        from web.site import access_control

        signed = access_control.register().account("p.anstey")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(access_control, "account", lambda: signed)
            left, following = next_duty.left_and_next("D824184/1")
            assert left == 8 and following is not None
            assert (following.name, following.reference) == (
                "Martin Clewes",
                "D824184/1",
            ) and "/cases/D824184/1/" in following.href
            other = next_duty.left_and_next("")[1]
            assert other is not None and other.name == "Brian Davies"


def test_a_row_that_the_reader_has_hidden_is_counted_and_opened_by_its_count(
    spo: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hidden(items: TodoItems, counted: CountedCases) -> Array:
        return np.asarray(items.case == counted.selection.columns.number("V811366/1"))

    monkeypatch.setattr(desk_reading, "hidden_rows", hidden)
    said = words(spo.get("/desk").text)
    assert "Your officers' (28 duties, 10 people)" in said and "1 snoozed (yours)" in said
    assert [name for name, _ in blocks(spo.get("/desk/to-do?show=snoozed").text)] == ["V811366/1"]


NOW = datetime(2005, 12, 22, 9, tzinfo=UTC)


def head(
    *came: datetime, recorded_to: date = date(2005, 12, 21), delay: int = 1, taking_over: bool = False
) -> RecordHead:
    said = SourceRegistered(at=NOW, users=["x"], accounts=[], areas=[], normal_delay=delay)
    extracts = [
        (Source(f"s{number}", said), Extract(f"s{number}", at, 1, taking_over, recorded_to))
        for number, at in enumerate(came)
    ]
    found = RecordHead.of(extracts, NOW.date(), NOW)
    assert found is not None
    return found


def test_the_head_says_to_which_day_the_record_is_complete() -> None:
    this_morning = NOW.replace(hour=6)
    assert head(this_morning) == (RecordHead(date(2005, 12, 21), this_morning, ()))
    assert head(this_morning, recorded_to=date(2005, 12, 19)).complete_to == date(2005, 12, 19)
    assert head(this_morning, recorded_to=date(2005, 12, 22)).complete_to == date(2005, 12, 21)
    assert head(this_morning, NOW - timedelta(days=4)).complete_to == date(2005, 12, 17)
    assert RecordHead.of([], NOW.date(), NOW) is None


def test_an_extract_two_days_late_is_a_warning() -> None:
    late = head(NOW - timedelta(days=3))
    assert [source.name for source in late.late] == ["s0"] and late.complete_to == date(2005, 12, 18)
    assert head(NOW - timedelta(days=3), delay=3).late == ()
    assert head(NOW - timedelta(days=3), taking_over=True).late == ()
    assert head(NOW + timedelta(days=900)).came_at is None
