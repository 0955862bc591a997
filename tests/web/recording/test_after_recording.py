"""After *Record*: where one came from, at the top, with a banner that says what was met and how to undo it."""

import html
import re
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.accounts.roles import Account
from domain.entries.case_entries import Entry, EntryWithdrawn
from domain.store.application import Files
from tests.support.case_pages import timeline_of
from tests.support.forms import fields_in, fill, opened, record, recorded
from tests.support.opened import opened as opened_entries
from tests.support.people import post, signed_in
from web.app import create_app
from web.recording.after_recording import UNDO_WITHIN
from web.site import clock, links

TODAY = date(2005, 12, 22)
CASE = "V465889/1"
URL = f"/cases/{CASE}"
COUNTERSIGN = f"{URL}/record/AssessmentCountersigned?about=0002"


@pytest.fixture
def app(own_database: Path) -> Flask:
    return create_app(str(own_database), today=lambda: TODAY, demo=True)


@pytest.fixture
def spo(app: Flask) -> FlaskClient:
    return signed_in(app, "p.anstey")


def entries(database: Path) -> dict[str, Entry]:
    files = Files.open(str(database))
    try:
        return opened_entries(files, CASE)
    finally:
        files.close()


def words(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page[page.index("<main") :])))


def undo_of(page: str) -> str:
    found = re.search(r'action="([^"]+/undo/[^"]+)"', page)
    assert found is not None
    return html.unescape(found[1])


def test_one_comes_back_to_where_one_was_and_is_told_what_was_met(spo: FlaskClient) -> None:
    back = "/cases?risk=high"
    answer = recorded(spo, f"{COUNTERSIGN}&back=%2Fcases%3Frisk%3Dhigh")
    assert answer.location == back
    page = spo.get(answer.location).text
    banner, rest = page.index('role="alert"'), page.index("<h1")
    assert page.index("<main") < banner < rest, "at the top"
    told = words(page)
    assert "Assessment countersigned, Brian Davies · V465889/1" in told
    assert re.search(
        r"Met: Assessment of 21 Apr countersigned .*, was due 28 Apr\. Still due: Assessment of 27 Jul", told
    )
    assert re.search(r"Next: Brian Davies, .*\d+ left", told) and "Undo (until" in told and "See the entry" in told
    assert 'role="alert"' not in spo.get(back).text, "told once"


@pytest.mark.parametrize(
    "back", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere", "javascript:alert(1)"]
)
def test_nobody_is_led_to_another_site(app: Flask, spo: FlaskClient, back: str) -> None:
    assert recorded(spo, f"{URL}/record/TierSet?back={back}", tier="4").location == URL
    with app.test_request_context("/"), app.app_context():
        assert links.back_to(back) == "" == links.back_to("/cases?" + "x" * 500) and links.back_to("/cases") == "/cases"


def test_undoing_is_a_withdrawal_that_is_seen(spo: FlaskClient, own_database: Path) -> None:
    page = opened(spo, recorded(spo, COUNTERSIGN).location)
    timeline = spo.get(f"{URL}/timeline").text
    assert timeline.count("/undo/") == 1 and undo_of(timeline) == undo_of(page), "still there when the banner is gone"
    stored = re.findall(r"Entry form-[^.]+\. ([^.]+)\.", words(timeline))
    assert len(stored) == 1 and re.match(r"Recorded here by \w+ Anstey on .* \(this computer's clock\)$", stored[0])
    for _ in range(2):
        assert post(spo, undo_of(page), URL, back="/cases").location == "/cases"
    withdrawals = [
        one for one in entries(own_database).values() if isinstance(one, EntryWithdrawn) and one.of.startswith("form-")
    ]
    assert [(one.reason, one.recorded_by) for one in withdrawals] == [("Undone within ten minutes", "p.anstey")]
    assert "undone already" in words(spo.get("/cases").text) and undo_of(page) not in spo.get(f"{URL}/timeline").text


def test_a_correction_is_undone_too(spo: FlaskClient, own_database: Path) -> None:
    page = opened(spo, recorded(spo, f"{URL}/correct/0002", assessor="Somebody Else").location)
    correction = list(entries(own_database).values())[-1]
    post(spo, undo_of(page), URL)
    last = list(entries(own_database).values())[-1]
    assert isinstance(last, EntryWithdrawn) and last.of == correction.entry


def test_nothing_is_undone_after_ten_minutes_nor_by_another(
    app: Flask, spo: FlaskClient, own_database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = undo_of(opened(spo, recorded(spo, COUNTERSIGN).location))
    assert post(signed_in(app, "c.whitlock"), address, URL).status_code == 403
    assert post(spo, f"{URL}/undo/nothing", URL).status_code == 404
    later = clock.now() + UNDO_WITHIN
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "/undo/" not in spo.get(f"{URL}/timeline").text
    post(spo, address, URL)
    assert "can be undone for ten minutes only" in words(spo.get(URL).text)
    assert not any(
        isinstance(one, EntryWithdrawn) and one.of.startswith("form-") for one in entries(own_database).values()
    )


def test_a_limit_is_not_undone_alone(spo: FlaskClient, own_database: Path) -> None:
    recorded(spo, f"{URL}/record/AccessLimited", excluded="m.hoole", reason="a relative")
    made = list(entries(own_database).values())[-1]
    post(spo, f"{URL}/undo/{made.entry}", URL)
    assert "lifting that takes two people" in words(spo.get(URL).text)
    assert list(entries(own_database).values())[-1] == made


def test_what_others_changed_in_an_entry_meanwhile_is_shown_and_stays(
    app: Flask, spo: FlaskClient, own_database: Path
) -> None:
    check = fill(spo, f"{URL}/correct/0002", assessor="A Third")
    recorded(signed_in(app, "c.whitlock"), f"{URL}/correct/0002", occurred_on="22/4/2005", assessor="Another")
    told = opened(spo, record(spo, check).location)
    assert "Somebody changed this entry while you were writing. See what changed; your text is kept." in told
    assert "Date it happened: 21 Apr 2005 → 22 Apr 2005" in words(told) and "A Third" in told
    assert record(spo, told).status_code == 302
    last = list(entries(own_database).values())[-1]
    assert getattr(last, "fields") == {"assessor": "A Third"}, "their day stays"  # noqa: B009


def test_an_entry_withdrawn_meanwhile_is_not_corrected_and_the_text_is_kept(app: Flask, spo: FlaskClient) -> None:
    check = fill(spo, f"{URL}/correct/0002", assessor="A Third")
    recorded(signed_in(app, "c.whitlock"), f"{URL}/record/EntryWithdrawn?about=0002", reason="wrong file")
    told = opened(spo, record(spo, check).location)
    assert "withdrawn already: withdraw that withdrawal first" in told and fields_in(told)["assessor"] == ["A Third"]


def test_a_check_says_what_stays_due_and_why_and_which_entries_name_what_is_withdrawn(spo: FlaskClient) -> None:
    check = words(fill(spo, COUNTERSIGN))
    assert re.search(r"Stays due, and why .*Assessment of 9 Nov .* That assessment is another one\.", check)
    gone = words(fill(spo, f"{URL}/record/EntryWithdrawn?about=0014", reason="wrong file"))
    assert "names this one" in gone or "name this one" in gone
    assert "With hindsight they move" in gone


def test_an_entry_is_named_as_it_now_reads_and_the_named_one_stands_alone(spo: FlaskClient) -> None:
    withdrawal = f"{URL}/record/EntryWithdrawn?about=0002"
    form = opened(spo, withdrawal)
    assert "Withdraw an entry" in words(form) and "Entry withdrawn" not in words(form)
    assert form.count('name="of"') == 1 and "Another entry" in form and 'type="radio"' not in form
    every = opened(spo, f"{form.address}&choose=1")
    assert every.count('<option value="') > 20 and fields_in(every)["of"] == ["0002"]
    recorded(spo, f"{URL}/correct/0002", occurred_on="20/4/2005")
    assert "Correct: 20 Apr 2005" in words(opened(spo, f"{URL}/correct/0002"))
    assert "You are about to withdraw: 20 Apr 2005" in words(fill(spo, withdrawal, reason="wrong file"))
    recorded(spo, withdrawal, reason="wrong file")
    timeline = timeline_of(spo, URL)
    assert words(timeline).count("20 Apr 2005: Assessment completed") == 3, "itself, its correction and its withdrawal"
    assert "21 Apr 2005: Assessment completed" not in words(timeline)
    assert len(set(re.findall(r'/undo/[^"]+', timeline))) == 1, "of the withdrawal, and not of the correction"
    assert "Entry withdrawn: 20 Apr 2005" in words(opened(spo, f"{URL}/record/EntryWithdrawn?choose=1"))


def test_a_correction_is_shown_side_by_side(spo: FlaskClient) -> None:
    check = words(fill(spo, f"{URL}/correct/0002", assessor="A Third", occurred_on="1/6/2005"))
    assert (
        "Date it happened 21 Apr 2005 1 Jun 2005 changed" in check and "Assessor Helen Sallis A Third changed" in check
    )
    assert "Instrument OASys OASys Stage" in check
    assert re.search(r"Changes a verdict .*Risk of harm assessed .* Met → Met late", check)


def test_corrections_and_withdrawals_are_led_to_the_form_that_is_meant(spo: FlaskClient, own_database: Path) -> None:
    recorded(spo, f"{URL}/correct/0002", assessor="A Third")
    correction = list(entries(own_database).values())[-1].entry
    assert "correcting its entry once more" in opened(spo, f"{URL}/correct/{correction}")
    recorded(spo, f"{URL}/record/EntryWithdrawn?about={correction}", reason="no")
    withdrawal = list(entries(own_database).values())[-1].entry
    page = opened(spo, f"{URL}/correct/{withdrawal}")
    assert "A withdrawal is not corrected" in page and fields_in(page)["of"] == [withdrawal]


def test_who_may_not_change_an_entry_does_not_withdraw_its_correction(
    app: Flask, spo: FlaskClient, own_database: Path
) -> None:
    recorded(spo, COUNTERSIGN)
    signed = list(entries(own_database).values())[-1].entry
    recorded(spo, f"{URL}/correct/{signed}", occurred_on="21/12/2005")
    correction = list(entries(own_database).values())[-1].entry
    officer = signed_in(app, Account("h.sallis", "Helen Sallis", "case_manager", staff=("Helen Sallis",)))
    page = opened(officer, f"{URL}/record/EntryWithdrawn")
    assert "What do you" in officer.get(f"{URL}/record").text and correction not in page
    assert "not yours to correct or withdraw" in fill(
        officer, f"{URL}/record/EntryWithdrawn", of=correction, reason="x"
    )
