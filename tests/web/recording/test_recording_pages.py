"""Entries recorded by hand: every type has a form, a form says what it does, and nothing typed is lost or kept twice."""

import html
import re
import threading
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.accounts.sign_in_sessions import LONGEST
from domain.entries.case_entries import ENTRY_TYPES, AppointmentOutcomeRecorded, Entry, EntryCorrected, QualityJudged
from domain.entries.schemas import dump_entry, load_entry
from domain.store.application import Files
from tests.domain.aggregates.test_case_file import EXAMPLES, fact
from tests.support.case_pages import timeline_of
from tests.support.forms import fields_in, fill, record, send
from tests.support.forms import opened as page_at
from tests.support.opened import opened
from tests.support.people import opens, post, signed_in, token_in
from tests.support.repository import ROOT
from web.app import create_app
from web.recording.entry_forms import fields_of
from web.recording.typed_values import typed_of, values_of
from web.site import clock

TODAY = date(2005, 12, 22)
CASE = "V465889/1"
"""Brian Davies: a licence at high risk of harm, whose assessment (entry 0002) nobody has countersigned."""
URL = f"/cases/{CASE}"
COUNTERSIGN = f"{URL}/record/AssessmentCountersigned"


pytestmark = pytest.mark.both


@pytest.fixture
def app(own_database: Path) -> Flask:
    return create_app(str(own_database), today=lambda: TODAY, demo=True)


@pytest.fixture
def spo(app: Flask) -> FlaskClient:
    return signed_in(app, "p.anstey")


def entries(database: Path, case: str = CASE) -> dict[str, Entry]:
    files = Files.open(str(database))
    try:
        return opened(files, case)
    finally:
        files.close()


# ---------------------------------------------------------------- forms are the types


@pytest.mark.parametrize("name", [n for n in ENTRY_TYPES if ENTRY_TYPES[n].kept_on == "case" and n != "EntryCorrected"])
def test_every_type_can_be_typed_into_its_form(name: str) -> None:
    """What a full example of a type puts into its form is that example again."""
    example = fact(name, **EXAMPLES[name])
    fields = fields_of(ENTRY_TYPES[name], lambda kinds: [(str(v), "") for v in ("a1", "l1", "plan")])
    typed = typed_of(example)
    known = {field.name for field in fields}
    kept = {name: value for name, value in typed.items() if name in known}
    values = values_of(fields, kept)
    hidden = {
        k: v for k, v in dump_entry(example).items() if k in ("entry", "recorded_at", "recorded_by", "occurred_at")
    }
    assert load_entry(name, {**hidden, **values}) == example


@pytest.mark.parametrize("name", [n for n in ENTRY_TYPES if ENTRY_TYPES[n].kept_on == "case" and n != "EntryCorrected"])
def test_a_form_offers_each_question_once_with_its_choices(name: str) -> None:
    fields = fields_of(ENTRY_TYPES[name], lambda kinds: [])
    assert len({field.name for field in fields}) == len(fields)
    assert fields[0].name == "occurred_on" and fields[0].required
    assert all(field.options or field.kind not in ("choice", "choices", "yes_no") for field in fields)


def test_risk_is_offered_from_low_to_very_high() -> None:
    (field,) = (f for f in fields_of(ENTRY_TYPES["RiskLevelChanged"], lambda kinds: []) if f.name == "to")
    assert [value for value, _ in field.options] == ["low", "medium", "high", "very_high"]


# ---------------------------------------------------------------- recording


def test_countersigning_meets_the_duty_and_shows_it_before_and_after(spo: FlaskClient, own_database: Path) -> None:
    form = page_at(spo, COUNTERSIGN)
    assert "Open duties that such an entry may meet" in form and "countersigned by a manager" in form
    check = fill(spo, COUNTERSIGN, assessment="0002")
    assert re.search(r"Becomes met.*countersigned by a manager", check, re.DOTALL)
    assert len(entries(own_database)) == 74
    before = spo.get("/desk").text
    answer = record(spo, check)
    assert answer.status_code == 302 and answer.location == URL
    page = spo.get(answer.location).text
    assert 'role="alert"' in page and "Assessment countersigned, Brian Davies" in page and "Peter Anstey" in page
    count = r'no-countersigned-assessment"><span class="ca-desk__count">(\d+)'
    was, now = (int(re.search(count, text)[1]) for text in (before, spo.get("/desk").text))  # type: ignore[index]
    assert now == was - 1
    (made,) = [f for f in entries(own_database).values() if f.entry.startswith("form-")]
    assert dump_entry(made) | {"entry": "", "recorded_at": ""} == {
        "type": "AssessmentCountersigned", "entry": "", "occurred_on": "2005-12-22", "recorded_at": "",
        "recorded_by": "p.anstey", "assessment": "0002", "by": "Peter Anstey", "by_id": "p.anstey", "grade": "spo",
    }  # fmt: skip
    assert made.recorded_at.date() in (TODAY, TODAY - timedelta(days=1))


def test_a_double_click_records_once(spo: FlaskClient, own_database: Path) -> None:
    check = fill(spo, COUNTERSIGN, assessment="0002")
    answers = [record(spo, check) for _ in range(3)]
    assert [a.status_code for a in answers] == [302] * 3
    assert len(entries(own_database)) == 75


def test_clicks_at_the_same_moment_record_once(app: Flask, spo: FlaskClient, own_database: Path) -> None:
    check = fill(spo, COUNTERSIGN, assessment="0002")
    cookie = spo.get_cookie("caseaudit")
    assert cookie is not None
    statuses = []

    def click() -> None:
        client = app.test_client()
        client.set_cookie(cookie.key, cookie.value)
        statuses.append(record(client, check).status_code)

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(entries(own_database)) == 75
    assert statuses == [302] * 4


def test_a_colleagues_entry_in_between_is_shown_and_nothing_is_lost(
    app: Flask, spo: FlaskClient, own_database: Path
) -> None:
    note = 'A long note: Ω ق 李, <b>bold</b>, and "quotes".\nTwo lines.'
    address = f"{URL}/record/OversightRecorded"
    check = fill(spo, address, kind="case_discussion", note=note)
    manager = signed_in(app, "c.whitlock")
    theirs = fill(manager, f"{URL}/record/TierSet", tier="4")
    assert record(manager, theirs).status_code == 302
    second = send(spo, check, "record")
    assert "Somebody recorded on this case while you were typing" in second
    assert "Tier set" in second and "Carys Whitlock" in second
    assert note in html.unescape(second)
    assert len(entries(own_database)) == 75
    assert record(spo, second).status_code == 302
    (made,) = [f for f in entries(own_database).values() if f.recorded_by == "p.anstey" and f.entry.startswith("form-")]
    assert getattr(made, "note") == note  # noqa: B009


def test_going_back_and_changing_what_was_recorded_is_told_to_correct_it(spo: FlaskClient) -> None:
    address = f"{URL}/record/TierSet"
    check = fill(spo, address, tier="4")
    form = page_at(spo, check.address.replace("&step=check", ""))
    record(spo, check)
    assert "You have recorded this entry already" in send(spo, form, "check", tier="2")
    assert "You have recorded this entry already" in page_at(spo, form.address)


@pytest.mark.parametrize(
    ("address", "typed", "field", "words"),
    [
        ("AssessmentCountersigned", {}, "assessment",
         "Select the assessment. This decides which assessment is countersigned."),
        ("AssessmentCountersigned", {"assessment": "0014"}, "assessment", "Assessment must be “Assessment completed”."),
        ("AssessmentCountersigned", {"assessment": "nothing"}, "assessment", "Assessment must be one of those"),
        ("TierSet", {"tier": "9"}, "tier", "Tier must be one of those that are offered. Select one of them."),
        ("TierSet", {"tier": "4", "occurred_on": "31/2/2005"}, "occurred_on",
         "Date it happened must be a real date. You entered 31/2/2005. For example, 3 10 2005."),
        ("TierSet", {"tier": "4", "occurred_on": "23/12/2005"}, "occurred_on",
         "Date it happened must be today or in the past. You entered 23 December 2005."),
        ("TierSet", {"tier": "4", "occurred_on": "1/1/1890"}, "occurred_on",
         "Date it happened must be between 1900 and 2100. You entered 1 January 1890."),
        ("TierSet", {"tier": "4", "occurred_on": "3/10"}, "occurred_on",
         "Date it happened must include a year. For example, 3 10 2005."),
        ("AppointmentOutcomeRecorded", {}, "outcome",
         "Select whether the person complied. This decides whether the contact counts."),
        ("AssessmentCompleted", {"instrument": "ogrs2", "stage": "review", "likelihood_of_reoffending.score": "200"},
         "likelihood_of_reoffending.score", "must be from 0 to 100 for OGRS2. You entered 200."),
        ("AssessmentCompleted", {"instrument": "oasys", "stage": "review", "likelihood_of_reoffending.score": "many"},
         "likelihood_of_reoffending.score",
         "Likelihood of reoffending: score must be a number, without decimals. You entered many."),
        ("AssessmentCompleted", {"instrument": "oasys", "stage": "review", "risk_of_harm.public": "high"},
         "risk_of_harm.children", "Select risk of harm: children."),
        ("RiskLevelChanged", {"from": "low", "to": "high", "reason": "x" * 20_001}, "reason",
         "Reason must be 20,000 characters or fewer. Leave out 1."),
        ("SupervisionPlanMade", {"interventions": "basic_skills", "kind": "sentence_plan"}, "objectives.0.text",
         "Enter objective 1: what is to be achieved."),
        ("SupervisionPlanMade", {"interventions": "basic_skills", "kind": "sentence_plan", "objectives.0.text": "Find work"},
         "objectives.0.smart",
         "Select objective 1: SMART."),
        ("EntryWithdrawn", {"of": "none", "reason": "wrong file"}, "of", "must be one of those that are offered"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said_at_its_field_and_stays_typed(
    spo: FlaskClient, own_database: Path, address: str, typed: dict[str, str], field: str, words: str
) -> None:
    page = fill(spo, f"{URL}/record/{address}", **typed)
    assert "There is a problem" in page and words in html.unescape(page), re.findall(r'href="#([^"]+)">([^<]+)', page)
    assert f'href="#{field}"' in page and f'id="{field}' in page
    again = fields_in(page)
    for name, value in typed.items():
        kept = again.get(name, [])
        assert kept in ([value], []) and (kept or name in ("assessment", "tier", "of")), name
    assert len(entries(own_database)) == 74


def test_ten_thousand_characters_in_every_script_are_kept(spo: FlaskClient, own_database: Path) -> None:
    note = ("Ünïcödé ق 李 👩‍⚖️ & <tag> " * 600)[:10_000].strip()
    address = f"{URL}/record/ContactLogged"
    check = fill(spo, address, contact_type="telephone", note=note)
    assert record(spo, check).status_code == 302
    (made,) = [f for f in entries(own_database).values() if f.entry.startswith("form-")]
    assert dump_entry(made)["note"] == note


def test_a_plan_with_its_objectives(spo: FlaskClient, own_database: Path) -> None:
    address = f"{URL}/record/SupervisionPlanMade"
    check = fill(
        spo, address, interventions=["cognitive_work", "victim_awareness"],
        **{"objectives.0.text": "Keep off heroin", "objectives.0.smart": "yes", "objectives.2.text": "Find work",
           "objectives.2.smart": "no", "objectives.2.factor": "finance", "kind": "sentence_plan"},
    )  # fmt: skip
    assert record(spo, check).status_code == 302
    (made,) = [f for f in entries(own_database).values() if f.entry.startswith("form-")]
    assert dump_entry(made)["objectives"] == [
        {"text": "Keep off heroin", "smart": True}, {"text": "Find work", "smart": False, "factor": "finance"}
    ]  # fmt: skip


# ---------------------------------------------------------------- corrections and withdrawals


def test_a_correction_holds_what_was_changed_and_the_file_reads_so(spo: FlaskClient, own_database: Path) -> None:
    address = f"{URL}/correct/0002"
    page = fill(spo, address, assessor="Somebody Else")
    assert record(spo, page).status_code == 302
    (made,) = [
        f for f in entries(own_database).values() if isinstance(f, EntryCorrected) and f.recorded_by == "p.anstey"
    ]
    assert (made.of, made.fields) == ("0002", {"assessor": "Somebody Else"})
    assert "Somebody Else" in timeline_of(spo, URL)
    assert "Somebody Else" not in timeline_of(spo, URL, "as_at=2005-12-21")
    again = fill(spo, address, assessor="A Third")
    record(spo, again)
    assert "A Third" in timeline_of(spo, URL)


def test_a_correction_of_nothing_and_one_that_breaks_the_entry_are_refused(spo: FlaskClient) -> None:
    assert "Nothing is changed" in fill(spo, f"{URL}/correct/0002")
    later = fill(spo, f"{URL}/correct/0014", occurred_on="1/1/2007")
    assert "Date it happened must be today or in the past. You entered 1 January 2007." in later
    assert "Enter assessor." in fill(spo, f"{URL}/correct/0002", assessor="")
    assert "Nothing is changed" in fill(spo, f"{URL}/correct/0014")
    assert spo.get(f"{URL}/correct/none").status_code == 404


def test_what_is_emptied_in_a_correction_is_gone(spo: FlaskClient, own_database: Path) -> None:
    address = f"{URL}/correct/0002"
    check = fill(spo, address, criminogenic_factors=[], **{f"risk_of_harm.{x}": "" for x in ("staff",)})
    assert "Select risk of harm: staff." in check, "risk of harm is told to every group or not at all"
    check = fill(spo, address, criminogenic_factors=[])
    assert record(spo, check).status_code == 302
    (made,) = [
        f for f in entries(own_database).values() if isinstance(f, EntryCorrected) and f.recorded_by == "p.anstey"
    ]
    assert made.fields == {"criminogenic_factors": []}


def test_a_withdrawn_entry_is_struck_out(spo: FlaskClient) -> None:
    address = f"{URL}/record/EntryWithdrawn?about=0010"
    check = fill(spo, address, reason="entered on the wrong file")
    assert record(spo, check).status_code == 302
    page = timeline_of(spo, URL)
    assert re.search(r'id="entry-0010" class="ca-entry ca-entry--withdrawn"', page)


# ---------------------------------------------------------------- whose entries


def test_a_managers_judgement_is_part_of_the_record(spo: FlaskClient, own_database: Path) -> None:
    address = f"{URL}/record/QualityJudged"
    check = fill(spo, address, question="record-well-organised", answer="insufficient", comment="no order in it")
    record(spo, check)
    (made,) = [
        f for f in entries(own_database).values() if isinstance(f, QualityJudged) and f.recorded_by == "p.anstey"
    ]
    assert (made.by, made.role, made.framework, made.inspection) == ("Peter Anstey", "spo", "esi-2003", None)
    assert "no order in it" in timeline_of(spo, URL)


def test_an_inspector_judges_for_an_inspection_and_records_nothing_else(app: Flask, own_database: Path) -> None:
    client = signed_in(app, "j.hartnell")
    assert client.get(f"{URL}/record/TierSet").status_code == 403
    address = f"{URL}/record/QualityJudged"
    without = fill(client, address, question="record-well-organised", answer="sufficient")
    assert "There is a problem" in without and 'href="#inspection"' in without
    typed = {"question": "record-well-organised", "answer": "sufficient"}
    late = fill(client, address, **typed, inspection="gloucestershire-2005")
    assert "This inspection is frozen: an answer recorded now would not count" in late
    opened = {"title": "October audit", "occurred_on": "3/10/2005", "area": "Gloucestershire", "framework": "esi-2003",
              "knowledge": "stood"}  # fmt: skip
    opens(client, **opened)
    check = fill(client, address, **typed, inspection="october-audit")
    assert record(client, check).status_code == 302
    (made,) = [f for f in entries(own_database).values() if f.recorded_by == "j.hartnell"]
    assert isinstance(made, QualityJudged) and (made.role, made.inspection) == ("hm_inspector", "october-audit")


def test_what_overrules_the_entries_says_why(spo: FlaskClient, own_database: Path) -> None:
    address = f"{URL}/record/QualityJudged"
    typed = {"question": "likelihood-score-present", "answer": "insufficient", "overrules": "yes"}
    refused = fill(spo, address, **typed)
    assert "There is a problem" in refused and 'href="#comment"' in refused
    check = fill(spo, address, **typed, comment="The score is another person's.")
    assert record(spo, check).status_code == 302
    (made,) = [f for f in entries(own_database).values() if f.recorded_by == "p.anstey"]
    assert isinstance(made, QualityJudged) and made.overrules


def test_nobody_signs_for_another(spo: FlaskClient, own_database: Path) -> None:
    check = fill(spo, COUNTERSIGN, assessment="0002", by="Anita Rao", grade="senior_practitioner")
    send(spo, check, "record", by="Anita Rao", recorded_by="a.rao")
    (made,) = [f for f in entries(own_database).values() if f.entry.startswith("form-")]
    assert (getattr(made, "by"), made.recorded_by) == ("Peter Anstey", "p.anstey")  # noqa: B009


def test_nobody_changes_what_they_may_not_make(app: Flask, spo: FlaskClient, own_database: Path) -> None:
    """An inspection's reading is changed by who made it; a manager's entry by managers; an opening entry by its source."""
    reading = next(f.entry for f in entries(own_database).values() if isinstance(f, QualityJudged) and f.inspection)
    page = timeline_of(spo, URL)
    assert f"/correct/{reading}" not in page and f"about={reading}" not in page and "/correct/0001" not in page
    assert "/correct/0002" in page
    for entry in (reading, "0001"):
        assert spo.get(f"{URL}/correct/{entry}").status_code == 403
        assert f'<option value="{entry}"' not in page_at(spo, f"{URL}/record/EntryWithdrawn")
        refused = fill(spo, f"{URL}/record/EntryWithdrawn", of=entry, reason="no")
        assert "not yours to correct or withdraw" in refused
        send(spo, refused, "record")
    inspector = signed_in(app, "j.hartnell").get(URL).text
    assert ">Correct<" not in inspector and ">Withdraw<" not in inspector
    assert not any(f.entry.startswith("form-") for f in entries(own_database).values())


def test_a_manager_judges_for_no_inspection_that_they_do_not_read_for(spo: FlaskClient, own_database: Path) -> None:
    address = f"{URL}/record/QualityJudged"
    assert 'value="gloucestershire-2005"' not in page_at(spo, address)
    typed = {"question": "record-well-organised", "answer": "insufficient"}
    refused = fill(spo, address, **typed, inspection="gloucestershire-2005")
    send(spo, refused, "record")
    assert "There is a problem" in refused
    unknown = fill(spo, address, **{**typed, "question": "no-such-question"})
    assert "must be one of those that are offered. Select one of them." in unknown
    assert not any(f.recorded_by == "p.anstey" for f in entries(own_database).values())


def test_a_limit_names_user_names(spo: FlaskClient) -> None:
    address = f"{URL}/record/AccessLimited"
    slip = fill(spo, address, excluded="Helen Salis", reason="a relative")
    assert "“Helen Salis” is none. Ask your information manager for it." in slip
    printed = fill(spo, address, excluded="m.hoole\nPeter anstey", reason="a relative")
    assert "“Peter anstey” is none. Write p.anstey (Peter Anstey)." in printed
    right = fill(spo, address, excluded="m.hoole", reason="a relative")
    assert "Check before recording" in right and "closes the case to you" not in right
    own = fill(spo, address, excluded="m.hoole\np.anstey", reason="a relative")
    assert "This closes the case to you" in own


def lifting(about: str) -> list[tuple[str, dict[str, str]]]:
    """Every way in which a limit can be lifted by hand: the page, and what is typed there."""
    return [
        (f"{URL}/record/AccessLimitLifted", {"limit": about}),
        (f"{URL}/record/EntryWithdrawn?about={about}", {"of": about, "reason": "a mistake"}),
        (f"{URL}/correct/{about}", {"excluded": "m.hoole", "reason": "a relative"}),
    ]


@pytest.mark.parametrize("way", range(3))
def test_a_limit_is_lifted_by_two(app: Flask, spo: FlaskClient, own_database: Path, way: int) -> None:
    made = fact("AccessLimited", "limit", "2005-12-01", excluded=["g.okafor", "m.hoole"], reason="a relative")
    files = Files.open(str(own_database))
    files.record(CASE, [made], actor="test")
    files.close()
    address, typed = lifting("limit")[way]
    check = fill(spo, address, **typed)
    assert "in again" in check and "once a second manager" in check.replace("\n", " ")
    stored = len(entries(own_database))
    answer = record(spo, check)
    assert answer.location.endswith("/requests") and len(entries(own_database)) == stored
    inspector = signed_in(app, "g.okafor")
    assert inspector.get(URL).status_code == 404 and "Lift a limit" not in inspector.get("/requests").text
    page = spo.get("/requests").text
    number = re.search(r"/requests/(\d+)/withdrawn", page)
    assert number is not None and "/confirmed" not in page, "not by who asked"
    for who, status in (("p.anstey", 403), ("m.hoole", 404), ("i.nkemelu", 404), ("t.adeyemi", 403)):
        client = signed_in(app, who)
        token = token_in(client.get("/password").text)
        sent = client.post(f"/requests/{number[1]}/confirmed", data={"csrf_token": token})
        assert sent.status_code == status, who
    assert len(entries(own_database)) == stored
    post(signed_in(app, "c.whitlock"), f"/requests/{number[1]}/confirmed", "/requests")
    assert len(entries(own_database)) == stored + 1
    assert inspector.get(URL).status_code == 200
    post(signed_in(app, "a.rao"), f"/requests/{number[1]}/confirmed", "/requests")
    assert len(entries(own_database)) == stored + 1, "once"


def test_a_case_manager_does_not_countersign(app: Flask) -> None:
    client = signed_in(app, "t.adeyemi")
    mine = re.findall(r"/cases/([A-Z]\d{6}/\d)", client.get("/cases").text)
    assert client.get(f"/cases/{mine[0]}/record/AppointmentMade").status_code == 302
    assert client.get(f"/cases/{mine[0]}/record/AssessmentCountersigned").status_code == 403
    assert client.get(f"/cases/{mine[0]}/record/SupervisionStarted").status_code == 403
    assert "Assessment countersigned" not in client.get(f"/cases/{mine[0]}/record").text


# ---------------------------------------------------------------- outcomes, and facts that hold from a day on


def options_in(page: str, name: str) -> list[tuple[str, str]]:
    """The choices of a select, as (value, words), without the empty one."""
    found = re.search(rf'<select[^>]* name="{name}"[^>]*>(.*?)</select>', page, re.DOTALL)
    assert found is not None
    each = re.findall(r'<option value="([^"]+)"[^>]*>(.*?)</option>', found[1], re.DOTALL)
    return [(value, html.unescape(words).strip()) for value, words in each]


def test_only_past_appointments_without_an_outcome_are_offered_for_one(spo: FlaskClient, own_database: Path) -> None:
    _book(own_database, waits="2005-12-05", to_come="2005-12-29")
    address = f"{URL}/record/AppointmentOutcomeRecorded"
    assert options_in(page_at(spo, address), "appointment") == [("waits", "5 Dec 2005: Appointment made, office")]
    early = fill(spo, address, appointment="to_come", outcome="rescheduled")
    assert "There is a problem" in early and "its day is still to come, 29 December 2005" in early
    had = next(f.appointment for f in entries(own_database).values() if isinstance(f, AppointmentOutcomeRecorded))
    assert "it has an outcome already: " in fill(spo, address, appointment=had, outcome="attended_complied")
    usual = fill(spo, f"{address}?about=waits", outcome="attended_complied")
    assert "Check before recording" in usual and "5 December 2005" in usual and "Attended and complied" in usual
    page = page_at(spo, address)
    words = [words for _, words in re.findall(r'value="([a-z_]+)"[^>]*>\s*<label[^>]*>\s*([^<]+?)\s*</label>', page)]
    assert words[:3] == ["Attended and complied", "Attended, did not comply", "Did not attend"]


def test_an_outcome_and_the_next_appointment_are_one_form(spo: FlaskClient, own_database: Path) -> None:
    _book(own_database, waits="2005-12-05", to_come="2005-12-29")
    address = f"{URL}/record/AppointmentOutcomeRecorded?about=waits"
    typed = {"outcome": "attended_complied", "next_on": "29/12/2005", "next_kind": "office", "next_time": "soon"}
    wrong = html.unescape(fill(spo, address, **typed))
    assert "such an appointment is booked for 29 December 2005 already" in wrong and "must be a time of day" in wrong
    check = fill(spo, address, **typed | {"next_on": "30/12/2005", "next_time": "9.30"})
    assert "30/12/2005, 09:30, office" in check
    answer = record(spo, check)
    assert answer.status_code == 302
    told, made = (f for f in entries(own_database).values() if f.entry.startswith("form-"))
    assert (getattr(told, "appointment"), told.occurred_on) == ("waits", date(2005, 12, 5))  # noqa: B009
    assert (getattr(made, "for_on"), getattr(made, "for_time")) == (date(2005, 12, 30), "09:30")  # noqa: B009
    assert (made.entry, made.occurred_on) == (f"{told.entry}-next", TODAY)
    page = spo.get(answer.location).text
    assert "Appointment outcome recorded, Brian Davies" in page and "Appointment made, Brian Davies" in page


def test_an_appointment_is_booked_within_the_order(spo: FlaskClient, own_database: Path) -> None:
    address = f"{URL}/record/AppointmentMade"
    for for_on, words in (
        ("3/10/1950", "Date of the appointment must be on or after the order began. It began on 13 April 2005."),
        ("3/10/2025", "Date of the appointment must be within a year."),
    ):
        assert words in fill(spo, address, for_on=for_on, contact_type="office"), for_on
    assert "Check before recording" in fill(spo, address, for_on="28/12/2005", contact_type="office")
    _book(own_database, waits="2005-12-29")
    assert "must be on or after the order began" in fill(spo, f"{URL}/correct/waits", for_on="1/4/2005")


def _book(database: Path, **for_on: str) -> None:
    """Appointments at the office, by the id of the entry."""
    files = Files.open(str(database))
    made = {"contact_type": "office", "recorded_at": "2005-12-01T18:00:00+00:00"}
    files.record(
        CASE, [fact("AppointmentMade", n, "2005-12-01", for_on=on, **made) for n, on in for_on.items()], actor="t"
    )
    files.close()


def test_an_spo_suspends_contact_and_signs_for_it(app: Flask, spo: FlaskClient, own_database: Path) -> None:
    typed = {"from_on": "28/12/2005", "to_on": "10/1/2006", "reason": "hospital"}
    address = f"{URL}/record/ContactSuspended"
    form = page_at(spo, address)
    assert 'name="by"' not in form and 'name="by_id"' not in form and 'name="grade"' not in form
    backwards = fill(spo, address, **{**typed, "to_on": "27/12/2005"})
    assert "27 December 2005 is before" in backwards
    check = fill(spo, address, **typed)
    assert record(spo, check).status_code == 302
    (made,) = [f for f in entries(own_database).values() if f.entry.startswith("form-")]
    assert (getattr(made, "by"), getattr(made, "grade")) == ("Peter Anstey", "spo")  # noqa: B009
    officer = signed_in(app, "t.adeyemi")
    mine = re.findall(r"/cases/([A-Z]\d{6}/\d)", officer.get("/cases").text)[0]
    assert officer.get(f"/cases/{mine}/record/ContactSuspended").status_code == 403
    assert officer.get(f"/cases/{mine}/record/WhereaboutsUnknown").status_code == 302


def test_every_form_that_is_offered_opens(spo: FlaskClient) -> None:
    """A question that has choices offers some, but for entries that the case has none of."""
    offered = re.findall(rf'href="{URL}/record/(\w+)[^"]*"', spo.get(f"{URL}/record").text)
    assert set(offered) - {"EntryWithdrawn"} == {
        name
        for name, kind in ENTRY_TYPES.items()
        if kind.kept_on == "case"
        and "managers" in kind.use.made_by
        and name not in ("EntryCorrected", "EntryWithdrawn", "SupervisionStarted")
    }
    for name in offered:
        page = spo.get(f"{URL}/record/{name}", follow_redirects=True)
        assert page.status_code == 200 and "Date it happened" in page.text, name


def test_new_types_are_offered_in_fitting_groups(spo: FlaskClient) -> None:
    page = spo.get(f"{URL}/record").text
    groups = {
        re.sub(r"<[^>]+>", "", part[part.index("<h2") : part.index("</h2>")]).strip(): part
        for part in page.split("<section")[1:]
        if "<h2" in part
    }
    placed = {
        "Whereabouts and interruptions": ["Whereabouts unknown", "Contact suspended", "Custody started"],
        "Person, order and place": ["Person&#39;s details changed", "Requirements changed", "Order extended or varied"],
        "MAPPA and child protection": ["MAPPA ended", "Register reviewed"],
        "Oversight and judgement": ["Assessment countersigned", "Assessment returned to the officer"],
    }
    kinds = {kind.use.form_group for kind in ENTRY_TYPES.values() if kind.use.lane == "Oversight"}
    assert kinds == {"Oversight and judgement"}, "the kinds of the timeline are those of its lane"
    for group, titles in placed.items():
        assert all(title in groups[group] for title in titles), group


def test_a_wrong_reference_in_a_list_is_shown_at_its_question(spo: FlaskClient) -> None:
    address = f"{URL}/record/AppointmentMade"
    page = fill(spo, address, for_on="28/12/2005", contact_type="office", serves="V465889/2\nv1")
    assert "the number of the sentence. You entered v1." in page and 'id="serves-error"' in page


# ---------------------------------------------------------------- forms that come too late


def test_a_form_sent_after_the_sign_in_ended_comes_back_as_typed(
    app: Flask, spo: FlaskClient, own_database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = page_at(spo, COUNTERSIGN)
    later = clock.now() + LONGEST + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    asked = send(spo, form, "check", assessment="0002", occurred_on="20/12/2005")
    assert "What you typed is kept as a draft" in asked and "20/12/2005" not in asked
    other = signed_in(app, "c.whitlock")
    assert other.get(form.address).status_code == 404, "it is the writer's alone"
    post(spo, "/demo/p.anstey", "/demo", next=form.address)
    kept = page_at(spo, form.address)
    assert fields_in(kept)["occurred_on"] == ["20/12/2005"] and fields_in(kept)["assessment"] == ["0002"]
    assert "You are about to record" in send(spo, kept, "check") and len(entries(own_database)) == 74


def test_pressing_record_after_the_sign_in_ended_leads_back_to_the_check(
    spo: FlaskClient, own_database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = fill(spo, COUNTERSIGN, assessment="0002")
    later = clock.now() + LONGEST + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "Sign in" in send(spo, check, "record")
    post(spo, "/demo/p.anstey", "/demo")
    assert record(spo, page_at(spo, check.address)).location == URL and len(entries(own_database)) == 75


def test_a_form_with_an_old_token_comes_back_as_typed_and_records_nothing(spo: FlaskClient, own_database: Path) -> None:
    form = page_at(spo, COUNTERSIGN)
    again = send(spo, form, "check", assessment="0002", csrf_token="old")
    assert "This form had expired" in again and fields_in(again)["assessment"] == ["0002"]
    forged = {**fields_in(form), "csrf_token": "old", "writer": "00", "assessment": "0002", "step": "check"}
    answer = spo.post(form.address.replace("form-", "form-0")[: len(form.address)], data=forged)
    assert answer.status_code == 400 and "Nothing was done" in answer.text
    assert len(entries(own_database)) == 74


def sent_file(client: FlaskClient, name: str, content: bytes, step: str) -> str:
    import io

    page = client.get("/imports").text
    data: Mapping[str, Any] = {"csrf_token": token_in(page), "step": step, "file": (io.BytesIO(content), name)}
    return str(client.post("/imports", data=data).text)


def test_importing_in_the_browser_reports_as_the_command_does(app: Flask, own_database: Path) -> None:
    client = signed_in(app, "i.nkemelu")
    lines = (ROOT / "docs/example.ndjson").read_bytes() + b'{"case": "X1"}\n'
    checked = sent_file(client, "example.ndjson", lines, "check")
    assert "13 entries would be stored" in checked and "1 line rejected" in checked
    assert not entries(own_database, "X123456/1")
    stored = sent_file(client, "example.ndjson", lines, "store")
    assert "13 entries stored" in stored and "missing; every line says what type of entry it is" in stored
    assert entries(own_database, "X123456/1")
    assert "0 entries stored" in sent_file(client, "example.ndjson", lines, "store")
    assert "its name ends in .ndjson, .jsonl, .json or .txt." in str(post(client, "/imports", step="check").text)
