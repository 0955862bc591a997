"""What an inspection holds to: frozen figures, readings that are blind on every page, forms that come too late or twice."""

import csv
import io
import json
import threading
from contextlib import closing
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from domain.aggregates.case_file import RecordedEntry
from domain.entries.schemas import load_entry
from domain.store.application import Files
from tests.support.case_pages import timeline_of
from tests.support.people import MANAGER, confirm_all, opens, post, signed_in, token_in
from tests.web.inspections.test_inspection_pages import (
    AUDIT,
    FRAME,
    HERE,
    OPENED,
    SAMPLE,
    answers,
    audit,
    file,
)
from web.app import create_app
from web.cli import main

SMART = "objectives-smart"
PLAN = "initial-plan-satisfactory"


@pytest.fixture
def app(own_database: Path) -> Flask:
    return create_app(str(own_database), today=lambda: date(2005, 12, 22), demo=True)


@pytest.fixture
def lead(app: Flask) -> FlaskClient:
    return signed_in(app, "j.hartnell")


def record(database: Path, reference: str, type_: str, **fields: Any) -> None:
    files = Files.open(str(database))
    try:
        files.record(
            reference, [load_entry(type_, {"occurred_on": fields["recorded_at"][:10], **fields})], actor="test"
        )
    finally:
        files.close()


def figures(client: FlaskClient, inspection: str = AUDIT) -> Any:
    document = client.get(f"{inspection}/report/json").json
    assert document is not None
    return {key: document[key] for key in ("figures", "questions", "cases")}


# ---------------------------------------------------------------- frozen


@pytest.mark.parametrize("knowledge", ["stood", "hindsight"])
def test_nothing_stored_after_the_freeze_moves_a_figure_however_it_is_dated(
    lead: FlaskClient, own_database: Path, knowledge: str
) -> None:
    opens(lead, **{**OPENED, "knowledge": knowledge})
    post(lead, f"{AUDIT}/frame", **FRAME)
    post(lead, f"{AUDIT}/sample", **SAMPLE)
    post(lead, f"{AUDIT}/assessors", f"{AUDIT}/work", assessor="j.hartnell", role="hm_inspector")
    post(lead, f"{AUDIT}/allocation", step="share")
    case = next(f.case for f in file(lead, "october-audit") if type(f).__name__ == "ReadingAllocated")  # type: ignore[attr-defined]
    for said in ("sufficient", "insufficient"):
        post(lead, f"{AUDIT}/read/{case}", **{f"answer {PLAN}": said})
    judged = answers(lead, case)[-1]
    (plan,) = [f for f in file(lead, case) if type(f).__name__ == "SupervisionPlanMade"][:1]
    assert post(lead, f"{AUDIT}/freeze").status_code == 302
    before = figures(lead)

    def later(type_: str, entry: str, at: str, **fields: Any) -> None:
        record(own_database, case, type_, entry=entry, recorded_at=at, **fields)

    later("EntryCorrected", "c1", "2005-12-29T10:00:00+00:00", of=judged.entry, fields={"answer": "sufficient"})
    later("EntryWithdrawn", "w1", "2005-12-29T11:00:00+00:00", of=plan.entry, reason="another person's")  # type: ignore[attr-defined]
    old = "2005-09-01T10:00:00+01:00"
    later("EntryWithdrawn", "w2", "2005-09-02T10:00:00+01:00", of=plan.entry, reason="a late extract")  # type: ignore[attr-defined]
    later("AppointmentMade", "a1", old, for_on="2005-09-05", contact_type="office")
    later("QualityJudged", "q1", old, framework="esi-2003", question="work-prioritised", answer="insufficient",
          by="J Hartnell", role="hm_inspector", inspection="october-audit")  # fmt: skip
    assert figures(lead) == before


def test_a_published_sheet_says_where_it_no_longer_comes_out(lead: FlaskClient, own_database: Path) -> None:
    """No import does that any more; somebody who stores past the rules does."""
    saved = lead.get(f"{HERE}/report/json").data
    assert "Not every figure comes out" not in lead.get(HERE).text
    opened = lead.get(f"{HERE}?as_at=2005-08-01").text
    assert "these are not the published figures" in opened
    name = HERE.rpartition("/")[2]
    moved = load_entry("RatingAdjusted", {"entry": "past", "occurred_on": "2005-10-30", "criterion": "A1", "reason": "r",
                                          "recorded_at": "2005-10-30T10:00:00+00:00", "to": "Well met"})  # fmt: skip
    with closing(Files.open(str(own_database))) as files:
        files.store([RecordedEntry(name, files.read(name).version + 1, moved)], "past the rules")
    assert "Not every figure comes out today as it was published" in lead.get(HERE).text
    path = own_database.parent / "report.json"
    path.write_bytes(saved)
    told = CliRunner().invoke(main, ["verify", str(path), "--database", str(own_database)])
    assert told.exit_code == 1 and "byte for byte the published file" in told.output
    assert "figures 1 (A1) printed: the report says" in told.output


# ---------------------------------------------------------------- blind


def test_no_page_of_the_case_tells_a_second_reader_what_the_first_answered(
    app: Flask, lead: FlaskClient, own_database: Path
) -> None:
    (case, *_) = audit(lead)
    post(lead, f"{AUDIT}/assessors", f"{AUDIT}/work", assessor="g.okafor", role="practice_assessor")
    confirm_all(lead.application)
    post(lead, f"{AUDIT}/allocation", **{f"second {case}": "g.okafor"})
    words = "Nothing in it is measurable"
    post(lead, f"{AUDIT}/read/{case}", **{f"answer {PLAN}": "insufficient", f"comment {PLAN}": words})
    said = answers(lead, case)[-1].entry
    record(
        own_database, case, "EntryCorrected", entry="c1", recorded_at="2005-12-22T23:30:00+00:00", of=said,
        fields={"comment": f"{words} at all"},
    )  # fmt: skip
    okafor = signed_in(app, "g.okafor")
    late = "as_at=2005-12-22&known=hindsight"
    pages = [
        f"/cases/{case}?inspection=october-audit", f"/cases/{case}?{late}", f"/cases/{case}/replay",
        *(f"/cases/{case}/{tab}?inspection=october-audit&{late}" for tab in ("due", "timeline", "answers", "history")),
        f"/cases/{case}/then-and-now?{late}", f"/cases/{case}/record/EntryWithdrawn",
        f"{AUDIT}/questions/{PLAN}", f"{AUDIT}/agreement", f"{AUDIT}/report/csv", f"{AUDIT}/read/{case}?second=yes",
    ]  # fmt: skip
    for page in pages:
        text = okafor.get(page, follow_redirects=True).text
        assert words not in text and said not in text, page
    assert "that you have still to read is not shown" in okafor.get(f"{AUDIT}/questions/{PLAN}").text
    assert "how others answered there is not shown" in okafor.get(pages[0]).text
    for question, answer in ((PLAN, "sufficient"), ("work-prioritised", "insufficient")):
        post(okafor, f"{AUDIT}/read/{case}?second=yes", **{f"answer {question}": answer})
    assert "Quality judged" in timeline_of(lead, f"/cases/{case}", late), "the first reader's own"
    assert "sufficient, second" not in timeline_of(lead, f"/cases/{case}", late)
    second = f"{AUDIT}/read/{case}?second=yes"
    assert post(okafor, second, step="finish", note="The rest is at court").status_code == 302
    assert words not in timeline_of(okafor, f"/cases/{case}", late), "the first reader still reads"
    assert post(lead, f"{AUDIT}/read/{case}", step="finish", note="The rest is at court").status_code == 302
    assert (
        words in timeline_of(okafor, f"/cases/{case}", late) and words in okafor.get(f"{AUDIT}/questions/{PLAN}").text
    )
    held = len(answers(lead, case))
    assert "their answers stay as they were" in post(okafor, second, **{f"answer {PLAN}": "insufficient"}).text
    assert len(answers(lead, case)) == held and "Save answers" not in okafor.get(second).text


def test_what_nobody_touched_is_no_agreement_and_what_two_readers_said_is_settled_by_a_third(
    app: Flask, lead: FlaskClient
) -> None:
    (case, *_) = audit(lead)
    assert "Nothing to compare yet" in lead.get(f"{AUDIT}/agreement").text
    for name in ("g.okafor", "c.whitlock"):
        post(lead, f"{AUDIT}/assessors", f"{AUDIT}/work", assessor=name, role="practice_assessor")
    confirm_all(lead.application)
    post(lead, f"{AUDIT}/allocation", **{f"first {case}": "c.whitlock", f"second {case}": "g.okafor", "despite": "Few"})
    for who, answer, path in (("c.whitlock", "sufficient", ""), ("g.okafor", "insufficient", "?second=yes")):
        reader = signed_in(app, who)
        reading = f"{AUDIT}/read/{case}{path}"
        assert post(reader, reading, step="finish", note="n", **{f"answer {PLAN}": answer}).status_code == 302
    page = lead.get(f"{AUDIT}/agreement").text
    assert "<dt>Answers compared</dt><dd>1</dd>" in page, "of more than thirty questions both answered one"
    settle = f"{AUDIT}/settle/{case}/{PLAN}"
    assert signed_in(app, "g.okafor").get(settle).status_code == 403
    assert "Enter “Why this answer stands”" in post(lead, settle, answer="insufficient").text
    before = lead.get(f"{AUDIT}/questions/{PLAN}").text
    assert post(lead, settle, answer="insufficient", comment="The plan is not there").status_code == 302
    again = post(lead, settle, answer="sufficient", comment="A page of before", stood="nothing")
    assert "Somebody settled this while the page was open" in again.text
    assert "by J Hartnell" in lead.get(f"{AUDIT}/agreement").text
    assert (
        "The plan is not there" in lead.get(f"{AUDIT}/questions/{PLAN}").text and "The plan is not there" not in before
    )
    late = post(
        signed_in(app, "c.whitlock"), f"{AUDIT}/read/{case}", f"{AUDIT}/readings", **{f"answer {PLAN}": "insufficient"}
    )
    assert "stay as they were" in late.text, "after both have finished, only whoever settles changes an answer"


# ---------------------------------------------------------------- too late, twice, at once


def test_a_page_that_comes_too_late_says_so(lead: FlaskClient) -> None:
    (case, *_) = audit(lead)
    steps = ["frame", "sample", "allocation", f"replace/{case}", "freeze"]
    assert lead.get(f"{AUDIT}/publish").location.endswith("/work")
    assert "Freeze the inspection before" in lead.get(f"{AUDIT}/work").text
    for words, path in (("is frozen", "freeze"), ("is published", "publish")):
        post(lead, f"{AUDIT}/{path}")
        lead.get(f"{AUDIT}/work")
        for step in steps:
            assert lead.get(f"{AUDIT}/{step}").location.endswith("/work"), step
            assert words in lead.get(f"{AUDIT}/work").text, step
    assert lead.get(f"{AUDIT}/publish").location.endswith("/report")
    out = [type(f).__name__ for f in file(lead, "october-audit")]
    assert out.count("InspectionPublished") == out.count("InspectionFrozen") == 1


def test_a_frame_can_be_taken_anew_and_must_be_drawn_anew(lead: FlaskClient) -> None:
    audit(lead)
    narrower = {"started_from": "25/4/2005", "started_to": "25/4/2005", "reason": "The window was too wide"}
    assert post(lead, f"{AUDIT}/frame", **narrower).status_code == 302
    page = lead.get(f"{AUDIT}/work")
    assert page.status_code == 200 and "Nothing drawn yet" in page.text
    assert lead.get(AUDIT).status_code == lead.get(f"{AUDIT}/report/pdf").status_code == 200
    assert lead.get(f"{AUDIT}/allocation").location.endswith("/work")


@pytest.mark.parametrize(
    "said", [{"strata": ["star_sign"]}, {"orders": ["none"]}, {"team": "Nowhere"}, {"division": "Nowhere"}]
)
def test_what_is_not_on_the_list_is_refused_in_words(lead: FlaskClient, said: dict[str, Any]) -> None:
    opens(lead, **OPENED)
    answer = post(lead, f"{AUDIT}/frame", **{**FRAME, **said})
    assert answer.status_code == 200 and "is not in it" in answer.text


@pytest.mark.parametrize("said", [{"area": "Mars"}, {"follows": "nothing-of-this-name"}])
def test_an_inspection_is_of_a_known_area_and_follows_a_known_one(lead: FlaskClient, said: dict[str, str]) -> None:
    assert "is not in it" in post(lead, "/inspections/new", **{**OPENED, **said}).text


def test_a_draft_is_taken_up_once_however_often_it_is_sent(lead: FlaskClient) -> None:
    audit(lead)
    page = lead.get(f"{AUDIT}/report").text
    assert "A score for the likelihood of reoffending was on file in all cases" in page
    assert post(lead, f"{AUDIT}/report", draft="likelihood-score-present").status_code == 302
    (written,) = [f for f in file(lead, "october-audit") if type(f).__name__ == "FindingWritten"]
    assert (written.criterion, written.question) == ("B2", "likelihood-score-present")  # type: ignore[attr-defined]
    assert post(lead, f"{AUDIT}/report", draft="no-such-question").status_code == 404
    token = token_in(lead.get(f"{AUDIT}/report").text)
    for _ in range(2):
        form = {"csrf_token": token, "entry": "form-0123456789ab-B1", "criterion": "B1", "text": "Once."}
        lead.post(f"{AUDIT}/report", data=form)
    assert len([f for f in file(lead, "october-audit") if type(f).__name__ == "FindingWritten"]) == 2


def test_an_adjusted_rung_can_be_taken_back(lead: FlaskClient) -> None:
    audit(lead)
    for item in ("planning", "delivery"):
        post(lead, f"{AUDIT}/management", criterion="A3", step="rate", **{f"rating {item}": "strong"})
    post(lead, f"{AUDIT}/management", criterion="A3", to="Partly met", reason="It has yet to follow through.")
    assert "A3: Management and supervision of staff: Partly met" in lead.get(f"{AUDIT}/management").text
    assert "Say why the adjustment is taken back" in post(lead, f"{AUDIT}/management", criterion="A3", to="").text
    post(lead, f"{AUDIT}/management", criterion="A3", to="", reason="It has followed through.")
    assert "A3: Management and supervision of staff: Well met" in lead.get(f"{AUDIT}/management").text


def test_two_assessors_who_save_at_once_both_keep_their_answers(app: Flask, lead: FlaskClient) -> None:
    (case, *_) = audit(lead)
    post(lead, f"{AUDIT}/assessors", f"{AUDIT}/work", assessor="g.okafor", role="practice_assessor")
    confirm_all(lead.application)
    post(lead, f"{AUDIT}/allocation", **{f"second {case}": "g.okafor"})
    okafor = signed_in(app, "g.okafor")
    paths = {lead: f"{AUDIT}/read/{case}", okafor: f"{AUDIT}/read/{case}?second=yes"}
    tokens = {client: token_in(client.get(path).text) for client, path in paths.items()}
    start, status = threading.Barrier(2), []

    def save(client: FlaskClient) -> None:
        start.wait()
        answer = client.post(paths[client], data={"csrf_token": tokens[client], f"answer {PLAN}": "sufficient"})
        status.append(answer.status_code)

    threads = [threading.Thread(target=save, args=(client,)) for client in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert status == [302, 302]
    assert sorted((a.by, a.second) for a in answers(lead, case)) == [("G Okafor", True), ("J Hartnell", False)]


def test_an_empty_record_has_no_page_that_fails(tmp_path: Path) -> None:
    app = create_app(str(tmp_path / "empty.sqlite"), today=lambda: date(2005, 12, 22))
    manager = signed_in(app, MANAGER)
    assert "import cases first" in manager.get("/inspections/new").text
    assert post(manager, "/inspections/new", **OPENED).status_code == 200
    opened = {"entry": "o", "occurred_on": "2005-10-03", "recorded_at": "2005-10-03T10:00:00+01:00", "title": "T",
              "area": "A", "framework": "hmip-2018", "recorded_by": "manager"}  # fmt: skip
    files = Files.open(str(tmp_path / "empty.sqlite"))
    files.record("bare", [load_entry("InspectionOpened", opened)], actor="test")
    files.close()
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.rule.startswith("/inspections"):
            path = rule.rule
            for name, value in {"<inspection>": "bare", "<crn>": "X123456", "<int:number>": "1", "<form>": "pdf",
                                "<criterion>": "2.1.1", "<question>": SMART}.items():  # fmt: skip
                path = path.replace(name, value)
            assert manager.get(path).status_code in (200, 302, 403, 404), path
    for form in ("json", "csv", "xlsx", "ods"):
        assert manager.get(f"/inspections/bare/report/{form}").status_code == 200
    assert json.loads(manager.get("/inspections/bare/report/json").text)["cases"] == 0


def test_an_spos_audit_is_the_same_in_small(app: Flask) -> None:
    """Their own team and no other on offer; Section A left out in one go; nothing left open before the freeze."""
    spo = signed_in(app, "p.anstey")
    cases = audit(spo, assessors=("p.anstey",))
    page = spo.get(f"{AUDIT}/frame").text
    assert 'value="Gloucester"' in page and "Cheltenham" not in page and 'value="North"' not in page
    assert '<option value="spo" selected>' in spo.get(f"{AUDIT}/work").text
    assert "A1, A2, A3, A4, A5 are not followed up" in spo.get(f"{AUDIT}/management").text
    post(spo, f"{AUDIT}/management", criterion="A3", **{"rating planning": "good"})
    post(spo, f"{AUDIT}/management", step="the others are not followed up")
    out = [f.criterion for f in file(spo, "october-audit") if type(f).__name__ == "NotFollowedUp"]  # type: ignore[attr-defined]
    assert out == ["A1", "A2", "A4", "A5"]
    for case in cases:
        post(spo, f"{AUDIT}/read/{case}", step="finish", note="Read with the officer")
    assert "Not everything is done" not in spo.get(f"{AUDIT}/freeze").text


def test_what_was_required_is_not_left_out_without_a_word(lead: FlaskClient) -> None:
    (case, *_) = audit(lead)
    left_out = {f"answer {PLAN}": "not_applicable"}
    assert "say why the question does not apply" in post(lead, f"{AUDIT}/read/{case}", **left_out).text
    assert answers(lead, case) == []
    post(lead, f"{AUDIT}/read/{case}", **left_out, **{f"comment {PLAN}": "Recalled on the third day."})
    assert [a.answer for a in answers(lead, case)] == ["not_applicable"]


def test_a_high_risk_figure_opens_to_its_cases_and_an_unsure_framework_says_so(lead: FlaskClient) -> None:
    page = lead.get(f"{HERE}/questions/appointments-sufficiently-frequent").text
    assert page.count('<span class="ca-base">high risk of harm</span>') == 11 and "6 of 11" in page
    opens(lead, **{**OPENED, "framework": "hmip-2018"})
    assert "The lowest key question decides, four bands, discretion within 5 points: recalled" in lead.get(AUDIT).text
    assert ">Unsure<" in lead.get(f"{AUDIT}/report").text and ">Unsure<" not in lead.get(HERE).text


def test_the_frame_can_be_taken_away_and_drawn_again_without_caseaudit(lead: FlaskClient) -> None:
    audit(lead)
    text = lead.get(f"{AUDIT}/draw/csv").data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    (drawn,) = [f for f in file(lead, "october-audit") if type(f).__name__ == "SampleDrawn"]
    assert {row["Ticket"] for row in rows} == {sha256(f"words:{row['Case']}".encode()).hexdigest() for row in rows}
    by_ticket = sorted(rows, key=lambda row: row["Ticket"])
    for stratum in {row["Stratum"] for row in rows}:
        here = [row for row in by_ticket if row["Stratum"] == stratum]
        taken = [row["Case"] for row in here if row["Drawn"] == "drawn"]
        assert taken == [row["Case"] for row in here[: len(taken)]]
    assert sorted(row["Case"] for row in rows if row["Drawn"] == "drawn") == sorted(drawn.cases)  # type: ignore[attr-defined]
    assert lead.get(f"{AUDIT}/draw/docx").status_code == 404 and "Keep the frame" in lead.get(f"{AUDIT}/draw").text
