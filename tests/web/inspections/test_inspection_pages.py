"""Inspections over HTTP: who may run them, what is refused, blind second readings, the freeze, the report and its proof."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from domain.aggregates.case_file import RecordedEntry
from domain.entries.case_entries import QualityJudged, SupervisionStarted
from domain.entries.inspection_entries import FrameTaken
from domain.entries.refusals import TooLate
from domain.entries.schemas import load_entry
from domain.store.application import Files
from tests.support.forms import recorded
from tests.support.opened import opened
from tests.support.people import add, confirm_all, opens, post, signed_in
from tests.web.site.test_access_control import GLOUCESTER
from web.app import create_app
from web.cli import main

HERE = "/inspections/gloucestershire-2005"
AUDIT = "/inspections/october-audit"
OPENED = {"title": "October audit", "occurred_on": "3/10/2005", "area": "Gloucestershire", "framework": "esi-2003",
          "knowledge": "stood"}  # fmt: skip
FRAME = {"started_from": "1/4/2005", "started_to": "31/5/2005", "strata": ["risk_of_harm", "team"]}
SAMPLE = {
    "size": "4",
    "spare_per_cent": "20",
    "seed": "words",
    "method": "half_up",
    "repeats": "The draw of every test",
}
"""A draw with a seed that is typed, so that every run of a test has the same cases."""


pytestmark = pytest.mark.both


@pytest.fixture
def app(own_database: Path) -> Flask:
    return create_app(str(own_database), today=lambda: date(2005, 12, 22), demo=True)


@pytest.fixture
def lead(app: Flask) -> FlaskClient:
    return signed_in(app, "j.hartnell")


def draws(
    client: FlaskClient, assessors: Mapping[str, str], *, framework: str = OPENED["framework"], **frame: Any
) -> None:
    """Open the audit, take the frame (of a team, say), draw the sample, and name assessors: user name -> as what they read."""
    opens(client, **{**OPENED, "framework": framework})
    assert post(client, f"{AUDIT}/frame", **FRAME, **frame).status_code == 302
    assert post(client, f"{AUDIT}/sample", **SAMPLE).status_code == 302
    for name, role in assessors.items():
        post(client, f"{AUDIT}/assessors", f"{AUDIT}/work", assessor=name, role=role)


def audit(
    client: FlaskClient, *, assessors: tuple[str, ...] = ("j.hartnell",), framework: str = OPENED["framework"]
) -> list[str]:
    """An audit of four cases, given out; the cases."""
    draws(client, dict.fromkeys(assessors, "hm_inspector"), framework=framework)
    post(client, f"{AUDIT}/allocation", step="share")
    found = file(client, "october-audit")
    return [f.case for f in found if type(f).__name__ == "ReadingAllocated"]  # type: ignore[attr-defined]


def file(client: FlaskClient, reference: str) -> list[object]:
    files = Files.open(client.application.config["DATABASE"])
    try:
        return list(opened(files, reference).values())
    finally:
        files.close()


def test_an_spo_audits_their_own_team_and_no_other(app: Flask) -> None:
    spo = signed_in(app, "p.anstey")
    cases = audit(spo, assessors=("p.anstey",))
    (frame,) = [f for f in file(spo, "october-audit") if type(f).__name__ == "FrameTaken"]
    assert {framed.stratum.rpartition(", ")[2] for framed in frame.cases} == {"Gloucester"}  # type: ignore[attr-defined]
    assert spo.get(f"{AUDIT}/read/{cases[0]}").status_code == 200
    other = signed_in(app, "m.hoole")
    for page in (AUDIT, f"{AUDIT}/work", f"{AUDIT}/read/{cases[0]}"):
        assert other.get(page).status_code == 404, "a draft is for those who run or read it"
    assert signed_in(app, "t.adeyemi").get("/inspections/new").status_code == 403
    assert spo.get(f"{HERE}/work").status_code == 403


def test_naming_an_inspector_opens_the_cases_to_them(app: Flask, lead: FlaskClient) -> None:
    from domain.accounts.roles import Account

    add(app, Account("r.pascoe", "R Pascoe", "inspector", inspections=("gloucestershire-2004",)))
    audit(lead)
    pascoe = signed_in(app, "r.pascoe")
    assert pascoe.get(f"{AUDIT}/readings").status_code == 404
    post(lead, f"{AUDIT}/assessors", f"{AUDIT}/work", assessor="r.pascoe", role="hm_inspector")
    confirm_all(lead.application)
    assert pascoe.get(f"{AUDIT}/readings").status_code == 200


@pytest.mark.parametrize(
    ("path", "said", "words"),
    [
        ("/inspections/new", {**OPENED, "title": ""}, "Enter “Title”"),
        ("/inspections/new", {**OPENED, "occurred_on": "31/2/2005"}, "Sample date must be a real date."),
        ("/inspections/new", {**OPENED, "occurred_on": "1/1/2006"}, "Sample date must be today or in the past."),
        ("/inspections/new", {**OPENED, "title": "x" * 201}, "Title must be 200 characters or fewer. Leave out 1."),
        ("/inspections/new", {**OPENED, "framework": "none"}, "is not in it"),
        (f"{AUDIT}/frame", {**FRAME, "started_from": "1/1/1999", "started_to": "2/1/1999"},
         "Widen it: those of the area began from"),
        (f"{AUDIT}/frame", {**FRAME, "started_to": "x"}, "Enter a real date"),
        (f"{AUDIT}/frame", {**FRAME, "started_from": "1/6/2005", "started_to": "1/5/2005"}, "No case began"),
        (f"{AUDIT}/sample", {**SAMPLE, "size": "4000"}, "The frame holds"),
        (f"{AUDIT}/sample", {**SAMPLE, "size": "many"}, "Enter a whole number"),
        (f"{AUDIT}/sample", {**SAMPLE, "size": "0"}, "Enter a whole number"),
        (f"{AUDIT}/sample", {**SAMPLE, "size": "40", "per_officer": "1"}, "with at most 1 cases an officer"),
        (f"{AUDIT}/sample", {**SAMPLE, "size": "1000000000"}, "to read them all, ask for"),
        (f"{AUDIT}/sample", {**SAMPLE, "per_officer": "0"}, "Enter a whole number from 1 to 1,000"),
        (f"{AUDIT}/sample", {**SAMPLE, "spare_per_cent": "101"}, "Enter a whole number from 0 to 100"),
        (f"{AUDIT}/sample", {**SAMPLE, "repeats": ""}, "Say which draw the seed repeats"),
        (f"{AUDIT}/sample", {**SAMPLE, "seed": "s" * 10_000}, "this one has 10,000"),
        (f"{AUDIT}/sample", {**SAMPLE, "seed": ""}, "Enter the seed of the draw to repeat"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said_and_stays_typed(
    lead: FlaskClient, path: str, said: dict[str, object], words: str
) -> None:
    if path != "/inspections/new":
        opens(lead, **OPENED)
        if path.endswith("sample"):
            post(lead, f"{AUDIT}/frame", **FRAME)
    answer = post(lead, path, **said)
    assert answer.status_code == 200
    assert words.lower() in answer.text.lower().replace("&#39;", "'").replace("&#34;", '"')
    for value in said.values():
        assert not isinstance(value, str) or value in answer.text


def test_two_inspections_of_one_title_have_names_of_their_own(lead: FlaskClient) -> None:
    assert opens(lead, **OPENED) == "october-audit"
    assert opens(lead, **OPENED) == "october-audit-2"
    assert opens(lead, **{**OPENED, "title": "New"}) == "new-2"
    opens(lead, **{**OPENED, "title": "Überprüfung – 審査"})


def answers(client: FlaskClient, case: str) -> list[QualityJudged]:
    return [f for f in file(client, case) if isinstance(f, QualityJudged) and f.inspection == "october-audit"]


def test_a_derived_answer_is_confirmed_or_overruled_with_a_reason(lead: FlaskClient) -> None:
    (case, *_) = audit(lead)
    path, question = f"{AUDIT}/read/{case}", "likelihood-score-present"
    assert "Say why you overrule" in post(lead, path, **{f"answer {question}": "insufficient"}).text
    assert answers(lead, case) == []
    post(lead, path, **{f"answer {question}": "sufficient"})
    post(lead, path, **{f"answer {question}": "sufficient"})
    (confirmed,) = answers(lead, case)
    assert (confirmed.answer, confirmed.overrules, confirmed.by, confirmed.role) == (
        "sufficient", False, "J Hartnell", "hm_inspector",
    )  # fmt: skip
    assert "1 of 1" not in lead.get(f"{AUDIT}/agreement").text
    post(lead, path, **{f"answer {question}": "insufficient", f"comment {question}": "Another person's score."})
    assert [a.overrules for a in answers(lead, case)] == [False, True]
    page = lead.get(f"{AUDIT}/questions/{question}").text
    assert "Another person" in page and "derived from the entries differs" in page.replace("\n", " ")
    assert "Another person" not in lead.get(f"{HERE}/questions/{question}").text


def test_nothing_unknown_is_recorded_from_a_reading(lead: FlaskClient) -> None:
    (case, *_) = audit(lead)
    path = f"{AUDIT}/read/{case}"
    assert "Choose an answer" in post(lead, path, **{"answer initial-plan-satisfactory": "splendid"}).text
    post(lead, path, **{"answer no-such-question": "sufficient"})
    assert answers(lead, case) == []
    left = post(lead, path, step="finish")
    assert "are not answered" in left.text
    assert post(lead, path, step="finish", note="The file was at court").status_code == 302
    assert "Finished" in lead.get(f"{AUDIT}/readings").text
    assert lead.get(f"{AUDIT}/read/Z999999/1").status_code == 404
    assert lead.get(f"{path}?second=yes").status_code == 404


def test_a_second_reading_is_blind_and_never_scores(app: Flask, lead: FlaskClient) -> None:
    from domain.accounts.roles import Account

    add(app, Account("r.pascoe", "R Pascoe", "inspector", inspections=("gloucestershire-2004",)))
    (case, *_) = audit(lead)
    post(lead, f"{AUDIT}/assessors", f"{AUDIT}/work", assessor="r.pascoe", role="hm_inspector")
    confirm_all(lead.application)
    post(lead, f"{AUDIT}/allocation", **{f"second {case}": "r.pascoe"})
    question = "initial-plan-satisfactory"
    post(lead, f"{AUDIT}/read/{case}", **{f"answer {question}": "sufficient", f"comment {question}": "Plainly good."})
    pascoe = signed_in(app, "r.pascoe")
    second = f"{AUDIT}/read/{case}?second=yes"
    assert pascoe.get(f"{AUDIT}/read/{case}").status_code == 404
    page = pascoe.get(second).text
    assert (
        "Plainly good." not in page
        and f'id="a-{question}-sufficient" name="answer {question}" value="sufficient" checked' not in page
    )
    post(pascoe, second, **{f"answer {question}": "insufficient", f"comment {question}": "Thin."})
    mine = lead.get(f"{AUDIT}/read/{case}").text
    assert "Plainly good." in mine and "Thin." not in mine
    assert "Thin." not in lead.get(f"{AUDIT}/questions/{question}").text
    agreement = lead.get(f"{AUDIT}/agreement").text
    assert case not in agreement, "nor does the first reader see the second one's before the first reading is finished"
    post(lead, f"{AUDIT}/read/{case}", step="finish", note="Read.")
    lead.get(f"{AUDIT}/readings")
    assert case not in lead.get(f"{AUDIT}/agreement").text, "nor while the second reader still reads"
    post(pascoe, second, step="finish", note="Read.")
    agreement = lead.get(f"{AUDIT}/agreement").text
    assert case in agreement and "Insufficient" in agreement


def test_an_assessor_of_any_area_reads_what_is_given_to_them_and_nothing_of_the_first_reading(
    app: Flask, lead: FlaskClient
) -> None:
    (case, other, *_) = audit(lead)
    whitlock = signed_in(app, "c.whitlock")
    assert whitlock.get(f"{AUDIT}/readings").status_code == 404
    post(lead, f"{AUDIT}/assessors", f"{AUDIT}/work", assessor="Carys Whitlock", role="spo")
    assert "somebody with an account" in lead.get(f"{AUDIT}/work").text
    post(lead, f"{AUDIT}/assessors", f"{AUDIT}/work", assessor="c.whitlock", role="area_assessor")
    post(lead, f"{AUDIT}/allocation", **{f"second {case}": "c.whitlock", "despite": "Nobody else"})
    question = "likelihood-score-present"
    post(lead, f"{AUDIT}/read/{case}", **{f"answer {question}": "insufficient", f"comment {question}": "Another's."})
    mine = whitlock.get(f"{AUDIT}/readings").text
    assert case in mine and other not in mine, "their own readings, where they don't run it"
    assert whitlock.get(f"{AUDIT}/work").status_code == 404
    page = whitlock.get(f"{AUDIT}/read/{case}?second=yes").text
    assert "Another's." not in page.replace("&#39;", "'") and "Quality judged" not in page
    agreement = whitlock.get(f"{AUDIT}/agreement").text
    assert "is not shown" in agreement and f">{case}<" not in agreement
    assert whitlock.get(f"{AUDIT}/report/csv").status_code == 404
    post(whitlock, f"{AUDIT}/read/{case}?second=yes", step="finish", note="Done.")
    agreement = whitlock.get(f"{AUDIT}/agreement").text
    assert f">{case}</th>" in agreement and other not in agreement, "both see both, and of no other case anything"
    post(lead, f"{AUDIT}/allocation", **{f"second {other}": "-"})
    assert "Nothing was changed" in lead.get(f"{AUDIT}/allocation").text
    post(lead, f"{AUDIT}/allocation", **{f"first {other}": "-"})
    assert lead.get(f"{AUDIT}/read/{other}").status_code == 404


def test_freezing_and_publishing_say_first_what_is_not_done(lead: FlaskClient) -> None:
    audit(lead)
    page = lead.get(f"{AUDIT}/freeze").text
    assert "4 of 4 cases not read" in page and "5 of 5 criteria of management" in page and "cannot be undone" in page
    assert "4 of 4 second readings that were drawn not given out" in page and ">Not yet</a>" in page
    assert "0 of 4 cases read so far" in lead.get(AUDIT).text
    assert "0 of 4 cases read so far" in lead.get(f"{AUDIT}/report").text
    assert "read so far" not in lead.get(HERE).text, "there, every case was read"
    assert "Draft" in lead.get(AUDIT).text
    post(lead, f"{AUDIT}/freeze")
    assert "Frozen" in lead.get(AUDIT).text
    assert "4 cases, drawn with the same seed; 4 not given out" in lead.get(f"{AUDIT}/report").text


def test_the_first_page_is_the_latest_inspection_that_is_frozen(app: Flask, lead: FlaskClient) -> None:
    opens(lead, **{**OPENED, "occurred_on": "1/12/2005", "title": "December audit"})
    assert "Follow-up inspection of Gloucestershire" in lead.get("/inspections").text.split("</h1>")[1][:600]


def test_a_spare_is_of_the_same_stratum(lead: FlaskClient) -> None:
    opens(lead, **OPENED)
    post(lead, f"{AUDIT}/frame", **{**FRAME, "strata": ["risk_of_harm"]})
    post(lead, f"{AUDIT}/sample", **{**SAMPLE, "size": "12"})
    (drawn,) = [f for f in file(lead, "october-audit") if type(f).__name__ == "SampleDrawn"]
    (frame,) = [f for f in file(lead, "october-audit") if type(f).__name__ == "FrameTaken"]
    where = {f.case: f.stratum for f in frame.cases}  # type: ignore[attr-defined]
    plain = next(case for case in drawn.cases if where[case].startswith("not high"))  # type: ignore[attr-defined]
    high = next(case for case in drawn.spares if not where[case].startswith("not high"))  # type: ignore[attr-defined]
    page = lead.get(f"{AUDIT}/replace/{plain}").text
    assert high not in page and "not high risk of harm" in page
    nxt = next(case for case in drawn.spares if where[case].startswith("not high"))  # type: ignore[attr-defined]
    assert nxt in page, "the next one is named, and none is chosen"
    post(lead, f"{AUDIT}/replace/{plain}", by=high, why="file_missing", reason="x")
    (done,) = [f for f in file(lead, "october-audit") if type(f).__name__ == "CaseReplaced"]
    assert done.by == nxt  # type: ignore[attr-defined]


def test_a_finding_can_be_withdrawn(lead: FlaskClient) -> None:
    audit(lead)
    post(lead, f"{AUDIT}/report", criterion="B1", text="It was splendid.")
    (finding,) = [f for f in file(lead, "october-audit") if type(f).__name__ == "FindingWritten"]
    entry = finding.entry  # type: ignore[attr-defined]
    assert "It was splendid." in lead.get(f"{AUDIT}/report").text
    post(lead, f"{AUDIT}/findings/{entry}/withdraw", f"{AUDIT}/report")
    assert "It was splendid." not in lead.get(f"{AUDIT}/report").text
    post(lead, f"{AUDIT}/findings/{entry}/withdraw", f"{AUDIT}/report")
    assert "there are none" in lead.get(f"{AUDIT}/report").text


def test_an_inspections_entries_are_not_offered_on_a_case(app: Flask) -> None:
    spo = signed_in(app, "p.anstey")
    page = spo.get(f"/cases/{GLOUCESTER}/record").text
    assert "Frame taken" not in page and "Inspection published" not in page and "Anything else" in page
    assert spo.get(f"/cases/{GLOUCESTER}/record/InspectionFrozen").status_code == 404


def test_what_is_answered_after_the_freeze_does_not_count(lead: FlaskClient, own_database: Path) -> None:
    (case, *_) = audit(lead)
    post(lead, f"{AUDIT}/freeze")
    answer = post(lead, f"{AUDIT}/read/{case}", **{"answer initial-plan-satisfactory": "sufficient"})
    assert "This inspection is frozen" in answer.text and answers(lead, case) == []
    page = lead.get(f"{AUDIT}/read/{case}").text
    assert "answers no longer change" in page and "Save answers" not in page and "<fieldset" in page
    assert page.count('<fieldset class="govuk-fieldset" disabled') == page.count("<fieldset")
    before = lead.get(f"{AUDIT}/report/json").json
    files = Files.open(str(own_database))
    late = {"entry": "late", "occurred_on": "2005-12-30", "recorded_at": "2005-12-30T10:00:00+00:00",
            "framework": "esi-2003", "question": "work-prioritised", "answer": "sufficient", "by": "J Hartnell",
            "role": "hm_inspector", "inspection": "october-audit"}  # fmt: skip
    judged = load_entry("QualityJudged", late)
    with pytest.raises(TooLate, match="this inspection is frozen"):
        files.record(case, [judged], actor="test")
    files.store([RecordedEntry(case, files.read(case).version + 1, judged)], "before imports were refused this")
    files.close()
    after = lead.get(f"{AUDIT}/report/json").json
    assert before is not None and after is not None and before["figures"] == after["figures"]


def test_a_published_report_is_proved_and_a_changed_one_told(
    lead: FlaskClient, own_database: Path, tmp_path: Path
) -> None:
    assert "Published" in lead.get(f"{HERE}/report").text
    assert (
        "this inspection is published"
        in post(lead, f"{HERE}/management", criterion="A3", step="not followed up").text.lower()
    )
    saved = tmp_path / "report.json"
    saved.write_bytes(lead.get(f"{HERE}/report/json").data)
    said = json.loads(saved.read_text())
    assert {f["of"]: f["printed"] for f in said["figures"]} == {
        "A1": "Satisfactorily met", "A2": "Satisfactorily met", "A3": "Partly met", "A4": "Not followed up",
        "A5": "Well met", "B1": "55%", "B2": "89%", "B3": "48%", "B4": "75%", "B": "66%", "C1": "71%", "C2": "50%",
        "C3": "79%", "C4": "74%", "C5": "47%", "C": "63%",
    }  # fmt: skip
    assert [f["text"][:28] for f in said["findings"] if f["agrees"] is False] == ["Taken as a whole, results un"]

    def verified(path: Path, code: int) -> str:
        result = CliRunner().invoke(main, ["verify", str(path), "--database", str(own_database)])
        assert result.exit_code == code, result.output
        return result.output

    assert "every figure is reproduced" in verified(saved, 0)
    spo = signed_in(lead.application, "p.anstey")
    recorded(
        spo, f"/cases/{GLOUCESTER}/record/TierSet", occurred_on="22/12/2005", tier="2"
    )  # later: it changes nothing
    for change, words in (
        (
            {"figures": [{**f, "printed": "56%"} if f["of"] == "B1" else f for f in said["figures"]]},
            "figures 6 (B1) printed: the report says '56%', the record gives '55%'",
        ),
        ({"hash": "0" * 64}, "the record there is not what the report was made from"),
        ({"framework_version": "0"}, "framework_version: the report says '0'"),
        ({"report": "x"}, "report: there is no inspection 'x' in this record"),
    ):
        changed = tmp_path / "changed.json"
        changed.write_text(json.dumps({**said, **change}))
        assert words in verified(changed, 1)
    for text, words in (
        ("nonsense", "not JSON"),
        ("{}", "not a report of caseaudit"),
        ("[]", "not a report of caseaudit"),
    ):
        changed.write_text(text)
        assert words in verified(changed, 2)


def test_the_report_can_be_kept_in_every_form(lead: FlaskClient, tmp_path: Path) -> None:
    pdf = lead.get(f"{HERE}/report/pdf")
    assert pdf.data.startswith(b"%PDF") and pdf.data == lead.get(f"{HERE}/report/pdf").data
    saved = tmp_path / "answers.ods"
    saved.write_bytes(lead.get(f"{HERE}/report/ods").data)
    book = CalamineWorkbook.from_path(str(saved))
    rows = book.get_sheet_by_name("Table").to_python()
    assert len(rows) == 1 + 60 * 42
    about = dict(book.get_sheet_by_name("About").to_python())  # type: ignore[arg-type]
    assert about["Framework"] == "esi-2003, version 1" and len(str(about["Chain"])) == 64
    assert lead.get(f"{HERE}/report/doc").status_code == 404


def test_the_same_cases_under_two_frameworks(lead: FlaskClient) -> None:
    page = lead.get(f"{HERE}/frameworks?framework=hmip-2018").text
    assert "Effective Supervision Inspection 2003-06" in page and "Requires improvement" in page
    assert lead.get(f"{HERE}/frameworks?framework=esi-2003").status_code == 404


def test_a_score_near_a_boundary_is_the_leads_to_place(lead: FlaskClient) -> None:
    opens(lead, **{**OPENED, "framework": "hmip-2018"})
    post(lead, f"{AUDIT}/frame", **FRAME)
    post(lead, f"{AUDIT}/sample", **SAMPLE)
    page = lead.get(f"{AUDIT}/management").text
    assert "2.1: Assessment: Requires improvement" in page and "2.3: Implementation and delivery: Requires" in page

    def place(section: str, to: str, reason: str) -> str:
        return post(lead, f"{AUDIT}/management", criterion=section, to=to, reason=reason).text

    assert "within 5 points of 58%" in place("2.3", "Inadequate", "They were late."), "58 is no boundary's neighbour"
    assert "within 5 points of 50%" in place("2.1", "Good", "They were splendid.")
    assert "Say why" in place("2.1", "Inadequate", " ")
    place("2.1", "Inadequate", "Two of the four files were thin.")
    page = lead.get(f"{AUDIT}/management").text
    assert "2.1: Assessment: Inadequate" in page
    assert "50% is Requires improvement. Moved to Inadequate. Two of the four files were thin. <" in page
    assert "Recorded by J Hartnell." in page
    assert "50%<br>Inadequate" in lead.get(AUDIT).text, "the sheet shows the band that stands"
    said = lead.get(f"{AUDIT}/report/json").json
    assert said is not None and {"of": "2.1", "printed": "50%, Inadequate"} in said["figures"]


def test_an_inspection_under_another_framework_is_not_set_beside(lead: FlaskClient) -> None:
    """Its judgements answer this framework's questions only where the framework takes them."""
    for framework, beside in (("hmip-2018", True), ("esi-2003", False)):
        name = f"follows-{framework}"
        first = "gloucestershire-2005" if beside else "follows-hmip-2018"
        opens(lead, **{**OPENED, "title": name, "framework": framework, "follows": first})
        page = lead.get(f"/inspections/{name}").text
        assert ("Previous inspection" in page) == beside, "the one before is itself a follow-up"
        assert ("was read under another framework" in page) != beside


def test_a_change_on_the_criterion_page_says_whether_it_exceeds_chance(lead: FlaskClient) -> None:
    page = lead.get(f"{HERE}/criteria/B1").text
    assert "within chance" in page and "95% interval of the difference" in page
    assert "more than chance" in lead.get(f"{HERE}/criteria/C2").text, "pre-release work: 1 of 10 before, 11 of 15 now"
    assert "within chance" not in lead.get("/inspections/gloucestershire-2004/criteria/B1").text


def test_the_sheet_prints_section_a_as_the_report_does(lead: FlaskClient) -> None:
    page = lead.get(HERE).text
    rows = [row.split("</tr>")[0] for row in page.split("<tr")[1:]]
    printed = {name: [w for w in ("Satisfactorily met", "Partly met", "Well met", "Not followed up") if w in row]
               for name in ("A1", "A2", "A3", "A4", "A5") for row in rows if f">{name}: " in row}  # fmt: skip
    assert printed == {
        "A1": ["Satisfactorily met", "Partly met"], "A2": ["Satisfactorily met", "Partly met"], "A3": ["Partly met"],
        "A4": ["Satisfactorily met", "Not followed up"], "A5": ["Partly met", "Well met"],
    }  # fmt: skip


def test_the_draw_on_record_is_drawn_again_at_the_command_line(lead: FlaskClient, own_database: Path) -> None:
    audit(lead)

    def run(*arguments: str, code: int = 0) -> str:
        result = CliRunner().invoke(main, ["sample", *arguments, "--database", str(own_database)])
        assert result.exit_code == code, result.output
        return result.output

    assert "4 cases drawn" in run("october-audit") and "the draw on record" in run("october-audit")
    assert "not the draw on record" in run("october-audit", "--seed", "other")
    assert "the frame holds" in run("october-audit", "--size", "5000", code=2)
    assert "there is no inspection" in run("nothing", code=2).lower()


def test_a_second_sentence_is_left_out_of_the_frame_unless_asked_for(lead: FlaskClient, own_database: Path) -> None:
    audit(lead)
    first = next(f for f in file(lead, "october-audit") if isinstance(f, FrameTaken))
    (start,) = [f for f in file(lead, first.cases[0].case) if isinstance(f, SupervisionStarted)]
    second = f"{first.cases[0].case.partition('/')[0]}/9"
    files = Files.open(str(own_database))
    files.record(second, [start], actor="test")
    files.close()

    again = {**FRAME, "reason": "A second sentence came in"}
    assert "Why the frame is taken again" in post(lead, f"{AUDIT}/frame", **FRAME).text
    post(lead, f"{AUDIT}/frame", **again)
    page = lead.get(f"{AUDIT}/work").text
    assert "Taken 2 times" in page
    assert "Left out: 1 further sentence of people who are in it." in page
    post(lead, f"{AUDIT}/sample", **{**SAMPLE, "size": str(len(first.cases)), "reason": "From the new frame"})
    assert "1 further sentence of people who are in it" in lead.get(f"{AUDIT}/draw").text
    drawn = CliRunner().invoke(main, ["sample", "october-audit", "--database", str(own_database)]).output
    assert second not in drawn and "Left out: 1 further sentence" in drawn and "the draw on record" in drawn
    more = ["sample", "october-audit", "--every-sentence", "--database", str(own_database)]
    wider = CliRunner().invoke(main, [*more, "--size", str(len(first.cases) + 1)]).output
    assert second in wider and "Left out" not in wider

    post(lead, f"{AUDIT}/frame", **again, every_sentence="yes")
    *_, last = [f for f in file(lead, "october-audit") if isinstance(f, FrameTaken)]
    assert second in [f.case for f in last.cases] and not last.left_out
    assert "Left out" not in lead.get(f"{AUDIT}/work").text


def test_a_limited_case_stands_in_its_place_and_is_not_named(app: Flask, lead: FlaskClient, own_database: Path) -> None:
    (case, *_) = audit(lead)
    files = Files.open(str(own_database))
    limit = {"entry": "limit", "occurred_on": "2005-12-01", "recorded_at": "2005-12-01T10:00:00+00:00",
             "excluded": ["J Hartnell"], "reason": "a relative"}  # fmt: skip
    files.record(case, [load_entry("AccessLimited", limit)], actor="test")
    files.close()
    for name in ("readings", "allocation", "draw"):
        page = lead.get(f"{AUDIT}/{name}").text
        assert case not in page and page.count("A case closed to you") == 1, name
    assert lead.get(f"{AUDIT}/read/{case}").status_code == 404
