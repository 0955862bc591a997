"""Drafts on the pages of recording: shown to their writer, again and again, until they are recorded."""

import html
import re
import threading
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.store.application import Files
from domain.working.drafts import KEPT_FOR
from tests.domain.aggregates.test_case_file import fact
from tests.support.forms import fields_in, fill, opened, record, recorded, send
from tests.support.opened import opened as opened_entries
from tests.support.people import signed_in
from web.app import create_app
from web.recording import kept_drafts
from web.site import access_control, clock

TODAY = date(2005, 12, 22)
CASE = "V465889/1"
URL = f"/cases/{CASE}"
OVERSIGHT = f"{URL}/record/OversightRecorded"
NOTE = "Ω ق 李, <b>bold</b>.\nTwo lines."


@pytest.fixture
def app(own_database: Path) -> Flask:
    return create_app(str(own_database), today=lambda: TODAY, demo=True)


@pytest.fixture
def spo(app: Flask) -> FlaskClient:
    return signed_in(app, "p.anstey")


def entries_made(database: Path) -> list[str]:
    files = Files.open(str(database))
    try:
        return [entry for entry in opened_entries(files, CASE) if entry.startswith("form-")]
    finally:
        files.close()


def test_back_errors_and_reloading_lose_nothing(spo: FlaskClient) -> None:
    refused = fill(spo, OVERSIGHT, note=NOTE, occurred_on="31/2/2005")
    assert "Date it happened must be a real date. You entered 31/2/2005." in html.unescape(refused)
    for _ in range(2):
        again = opened(spo, refused.address)
        assert fields_in(again)["note"] == [NOTE] and "There is a problem" in again
    check = send(spo, again, "check", kind="case_discussion", occurred_on="20 December 2005")
    assert "You are about to record: Oversight recorded, 20 December 2005" in check
    back = opened(spo, refused.address)
    assert fields_in(back)["note"] == [NOTE] and "There is a problem" not in back


def test_a_draft_is_listed_gone_on_with_and_thrown_away(spo: FlaskClient) -> None:
    send(spo, opened(spo, OVERSIGHT), "later", note=NOTE)
    for page in (f"{URL}/record", "/account"):
        text = spo.get(page).text
        assert "Your drafts" in text and "Oversight recorded" in text, page
    fresh = opened(spo, OVERSIGHT)
    assert "You began this before" in fresh and fields_in(fresh)["note"] == [""]
    link = kept_line(spo)
    assert fields_in(opened(spo, link))["note"] == [NOTE]
    send(spo, opened(spo, link), "drop")
    assert "Your drafts" not in spo.get(f"{URL}/record").text


def kept_line(client: FlaskClient) -> str:
    page = client.get(f"{URL}/record").text
    start = page.index('href="', page.index('id="drafts"')) + len('href="')
    return html.unescape(page[start : page.index('"', start)])


def test_what_is_typed_is_kept_without_a_button(spo: FlaskClient) -> None:
    """As the page's script sends it: nothing comes back, and nothing is checked or said."""
    form = opened(spo, OVERSIGHT)
    assert "data-keeps" in form and "drafts.js" in form
    kept = spo.post(form.address, data={**fields_in(form), "note": NOTE, "step": "idle"})
    assert (kept.status_code, kept.data) == (204, b"")
    again = opened(spo, form.address)
    assert fields_in(again)["note"] == [NOTE] and "There is a problem" not in again
    check = send(spo, again, "check", kind="case_discussion")
    late = {**fields_in(again), "kind": "case_discussion", "step": "idle"}
    assert spo.post(form.address, data=late).status_code == 204
    assert "You are about to record" in opened(spo, check.address), "what was sent late does not undo the check"
    record(spo, check)
    assert spo.post(form.address, data=late).status_code == 204
    assert "Your drafts" not in spo.get("/account").text


def test_somebody_elses_draft_is_not_there(app: Flask, spo: FlaskClient) -> None:
    theirs = fill(spo, OVERSIGHT, note=NOTE)
    other = signed_in(app, "c.whitlock")
    for address in (theirs.address, f"{theirs.address}&step=check"):
        answer = other.get(address)
        assert answer.status_code == 404 and "That draft is gone" in answer.text and "bold" not in answer.text
    assert "Your drafts" not in other.get(f"{URL}/record").text
    sent = other.post(theirs.address, data={**fields_in(opened(other, OVERSIGHT)), "note": "mine", "step": "check"})
    assert sent.status_code == 404 and fields_in(opened(spo, theirs.address))["note"] == [NOTE]


def test_a_draft_goes_after_seven_days(spo: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    send(spo, opened(spo, OVERSIGHT), "later", note=NOTE)
    later = clock.now() + KEPT_FOR
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "Your drafts" not in signed_in(app, "p.anstey").get("/account").text


@pytest.mark.parametrize("how", ["transferred", "limited"])
def test_a_draft_of_a_case_that_is_closed_meanwhile_is_gone(
    app: Flask, spo: FlaskClient, own_database: Path, how: str
) -> None:
    check = fill(spo, OVERSIGHT, note=NOTE, kind="case_discussion")
    assert "You are about to record" in check
    place = {"area": "Avon", "division": "A", "team": "B", "officer": "C", "officer_grade": "po"}
    now = {
        "transferred": fact("CaseAllocated", "away", "2005-12-21", **place),
        "limited": fact("AccessLimited", "limit", "2005-12-21", excluded=["p.anstey"], reason="a relative"),
    }
    files = Files.open(str(own_database))
    files.record(CASE, [now[how]], actor="test")
    files.close()
    page = spo.get("/account").text
    assert "1 draft is gone" in page and CASE not in page and "Oversight" not in page
    for answer in (spo.get(check.address), record(spo, check)):
        assert answer.status_code in (403, 404) and "bold" not in answer.text and "about to record" not in answer.text
    assert entries_made(own_database) == []


def test_a_draft_of_an_erased_person_is_deleted_and_none_is_kept(
    app: Flask, spo: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(spo, OVERSIGHT, note=NOTE)
    with app.app_context():
        access_control.register().drafts.forget("V465889")
    assert "Your drafts" not in spo.get("/account").text
    monkeypatch.setattr(kept_drafts, "_is_erased", lambda reference: True)
    fill(spo, OVERSIGHT, note=NOTE)
    with app.app_context():
        assert access_control.register().drafts.of("p.anstey", clock.now()) == []


def test_a_kill_between_check_and_record_loses_nothing_and_doubles_nothing(
    app: Flask, spo: FlaskClient, own_database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = fill(spo, OVERSIGHT, note=NOTE, kind="case_discussion")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(kept_drafts, "throw_away", killed)
        with pytest.raises(KeyboardInterrupt):
            record(spo, check)
    restarted = signed_in(create_app(str(own_database), today=lambda: TODAY, demo=True), "p.anstey")
    assert "Your drafts" not in restarted.get(f"{URL}/record").text, "it is recorded"
    assert "You have recorded this entry already" in opened(restarted, check.address)
    assert len(entries_made(own_database)) == 1


def test_a_draft_changed_in_another_window_is_shown_before_it_is_recorded(spo: FlaskClient, own_database: Path) -> None:
    check = fill(spo, OVERSIGHT, note="one", kind="case_discussion")
    form = opened(spo, check.address.replace("&step=check", ""))
    send(spo, form, "check", note="two")
    again = send(spo, check, "record")
    assert "This was changed in another window" in again and entries_made(own_database) == []
    assert record(spo, again).status_code == 302 and len(entries_made(own_database)) == 1


def test_two_writers_at_once_lose_nothing(app: Flask, spo: FlaskClient, own_database: Path) -> None:
    other = signed_in(app, "c.whitlock")
    checks = [
        (spo, fill(spo, OVERSIGHT, kind="case_discussion")),
        (other, fill(other, OVERSIGHT, kind="case_discussion")),
    ]
    threads = [threading.Thread(target=record, args=one) for one in checks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for client, check in checks:  # whoever came second was shown the other's entry first
        page = opened(client, check.address)
        if "Somebody recorded on this case" in page:
            record(client, page)
    assert len(entries_made(own_database)) == 2


def test_a_name_of_120_characters_and_a_day_in_1950(spo: FlaskClient, own_database: Path) -> None:
    name = ("Maximilian-Bartholomew " * 6)[:120].strip()
    recorded(spo, f"{URL}/record/PersonDetailsChanged", name=name, date_of_birth="31/1/1950")
    page = opened(spo, f"{URL}/record/TierSet")
    assert name in page
    early = fill(spo, f"{URL}/record/TierSet", tier="4", occurred_on="1/2/1950")
    assert re.search(
        r"Date it happened must be on or after the person's birth, .*19\d\d\. You entered 1 February 1950\.",
        html.unescape(early),
    )


def test_a_draft_that_was_sent_too_late_is_not_anothers(
    app: Flask, spo: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who signs in after another at the same browser does not see what that one typed."""
    form = opened(spo, OVERSIGHT)
    later = clock.now() + timedelta(hours=11)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert NOTE not in html.unescape(send(spo, form, "check", note=NOTE))
    assert signed_in(app, "c.whitlock").get(form.address).status_code == 404
    assert fields_in(opened(signed_in(app, "p.anstey"), form.address))["note"] == [NOTE]
