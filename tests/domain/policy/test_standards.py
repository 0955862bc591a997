"""Policy documents: what does not load, and what the shipped ones hold."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from textwrap import dedent, indent

import pytest

from domain.policy.cited_documents import FRAMEWORKS, PolicyError
from domain.policy.conditions import fits
from domain.policy.frameworks.framework_files import framework_names, frameworks
from domain.policy.frameworks.framework_schema import read_framework
from domain.policy.standards.edition_files import combine, national_standards, subjects_laid
from domain.policy.standards.edition_schema import read_edition

HEAD = """\
edition: "2005"
title: National Standards 2005
start: 2005-04-04
end: 2007-10-01
cite: circular
sure: R
sources:
  ns: National Standards 2005 (Probation Circular 15/2005)
not_auditable: []
clauses:
"""

PLAN = """\
- id: initial-supervision-plan
  kind: within
  in_custody: pauses
  subject: plan
  says: Plan made within {limit} of the start
  after: start
  by:
    - {entry: SupervisionPlanMade}
  values:
    - allow: 15 working days
      cite: ns
      sure: R
"""

CONTACT = """\
- id: contact-frequency
  kind: frequency
  in_custody: anew
  subject: contact
  says: An appointment arranged {often}
  counts: {entry: AppointmentMade}
  values:
    - phases: [weekly for 16 weeks, monthly]
      cite: ns
      sure: R
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """An edition's file with these clauses, and with its head altered."""

    def written(clauses: str = PLAN, head: str = HEAD, name: str = "ns-2005.yaml") -> Path:
        path = tmp_path / name
        path.write_text(head + indent(dedent(clauses), "  "), encoding="utf-8")
        return path

    return written


def lines_of(path: Path, text: str) -> list[int]:
    """The numbers of the lines that hold this text."""
    return [n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if text in line]


def refusal(path: Path) -> str:
    with pytest.raises(PolicyError) as refused:
        read_edition(path)
    return str(refused.value)


def test_the_documents_of_these_tests_load_as_they_stand(write: Write) -> None:
    edition = read_edition(write(PLAN + CONTACT))
    assert [c.id for c in edition.clauses] == ["initial-supervision-plan", "contact-frequency"]
    assert edition.clauses[0].values[0].citation == "National Standards 2005 (Probation Circular 15/2005)"


@pytest.mark.parametrize(
    ("clauses", "old", "new", "at", "right"),
    [
        (PLAN, "      cite: ns\n", "", "- allow", "name one of the sources"),
        (PLAN, "      sure: R\n", "", "- allow", "say F (found), R (recalled), U (unsure) or P (ours)"),
        (PLAN, "sure: R", "sure: U", "- allow", "an unsure value says what is unsure about it"),
        (PLAN, "sure: R", "sure: P", "- allow", "one of ours what the source does not say"),
        (PLAN, "sure: R", "sure: X", "sure: X", "'X' is not F (found), R (recalled), U (unsure) or P (ours)"),
        (PLAN, "subject: plan", "subject: plan\n  colour: red", "colour", "not a part known here"),
        (PLAN, "cite: ns", "cite: ns\n      colour: red", "colour", "not a part known here"),
        (PLAN, "15 working days", "15 workdays", "15 workdays", "write it like '15 working days', '16 weeks'"),
        (PLAN, "allow: 15 working days", "failures: 2", "values", "a value of kind 'within' says allow and on"),
        (
            PLAN,
            "after: start",
            "after: sentence",
            "after:",
            "'sentence' is not one of start, release, surrender, receipt, end",
        ),
        (PLAN, "  in_custody: pauses\n", "", "- id", "clauses.in_custody: missing; say what custody does to the duty"),
        (
            PLAN,
            "in_custody: pauses",
            "in_custody: waits",
            "in_custody:",
            "'waits' is not one of runs, pauses, anew, ends",
        ),
        (PLAN, "  after: start\n", "", "- id", "a clause of kind 'within' needs it"),
        (PLAN, "SupervisionPlanMade", "PlanMade", "entry: PlanMade", "'PlanMade' is not a type of entry"),
        (CONTACT, "weekly for 16 weeks", "often at first", "phases", "write it like 'weekly for 12 weeks'"),
        (CONTACT, "id: contact-frequency", "id: Contact Frequency", "- id", "is not words joined by hyphens"),
    ],
    ids=lambda part: part.strip()[:40],
)
def test_a_faulty_clause_is_refused_by_file_clause_and_line(
    write: Write, clauses: str, old: str, new: str, at: str, right: str
) -> None:
    assert old in clauses
    faulty = clauses.replace(old, new)
    path = write((CONTACT if clauses is PLAN else PLAN) + faulty)
    message = refusal(path)
    name = faulty.splitlines()[0].removeprefix("- id: ")
    assert message.startswith(f"ns-2005.yaml line {lines_of(path, at)[-1]}, '{name}': ")
    assert right in message


def test_every_fault_of_a_document_is_told_at_once(write: Write) -> None:
    path = write((PLAN + CONTACT).replace("      cite: ns\n", ""))
    lines = refusal(path).splitlines()
    assert [line.split(":")[0] for line in lines] == [
        f"ns-2005.yaml line {lines_of(path, '- allow')[0]}, 'initial-supervision-plan'",
        f"ns-2005.yaml line {lines_of(path, '- phases')[0]}, 'contact-frequency'",
    ]


def test_an_unknown_source_is_refused_by_file_clause_and_line(write: Write) -> None:
    path = write(PLAN.replace("cite: ns", "cite: ns2005"))
    message = refusal(path)
    assert "'initial-supervision-plan' cites 'ns2005', which is not among the sources; known are ns" in message
    assert message.startswith(f"ns-2005.yaml line {lines_of(path, 'cite: ns2005')[0]}")


def test_an_id_given_twice_is_refused_by_file_clause_and_line(write: Write) -> None:
    path = write(PLAN + CONTACT + PLAN)
    message = refusal(path)
    assert "'initial-supervision-plan' stands twice; give each clause an id of its own" in message
    assert message.startswith(f"ns-2005.yaml line {lines_of(path, 'id: initial')[1]}")


@pytest.mark.parametrize(("text", "problem"), [("clauses: [", "not readable as YAML"), ("- a\n- b\n", "named parts")])
def test_what_is_no_document_is_refused_by_file_and_line(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "ns-2005.yaml"
    path.write_text(text, encoding="utf-8")
    message = refusal(path)
    assert message.startswith("ns-2005.yaml line 1: ")
    assert problem in message


@pytest.mark.parametrize("begins", ["2007-10-02", "2007-09-30"], ids=["gap", "overlap"])
def test_a_gap_and_an_overlap_between_editions_are_refused(write: Write, begins: str) -> None:
    earlier = read_edition(write())
    head = HEAD.replace('"2005"', '"2007"').replace("2005-04-04", begins).replace("end: 2007-10-01\n", "")
    later = read_edition(write(head=head, name="ns-2007.yaml"))
    with pytest.raises(PolicyError) as refused:
        combine([later, earlier])
    assert str(refused.value) == (
        f"edition 2005 ends on 2007-10-01 but 2007 starts on {begins}: one must start on the day the other ends"
    )


def test_editions_that_meet_make_one_run_of_time(write: Write) -> None:
    head = HEAD.replace('"2005"', '"2007"').replace("2005-04-04", "2007-10-01").replace("end: 2007-10-01\n", "")
    editions = [read_edition(write(head=head, name="ns-2007.yaml")), read_edition(write())]
    assert [e.id for e in combine(editions).editions] == ["2005", "2007"]


IN_CUSTODY = {
    "runs": """absence-explanation absence-decision warning breach-second-unacceptable-failure
        breach-third-unacceptable-failure breach-or-recall-third-failure recall-decision emergency-recall-decision
        assessment-countersigned risk-of-harm-full-analysis risk-of-harm-review-after-change management-oversight
        mappa-review-set mappa-review-held mappa-meeting termination-review court-report recording
        court-report-standard-delivery court-report-short-format court-report-oral victim-contact-referral
        victim-liaison-contact final-third-follow-up""",
    "pauses": """first-contact transfer-first-contact home-visit high-risk-home-visit licence-home-visit home-visit-in-first-phase
        unpaid-work-first-session unpaid-work-assessment-appointment risk-of-harm-assessment
        likelihood-of-reoffending-assessment initial-supervision-plan community-punishment-assessment plan-review
        transfer-plan-review risk-of-harm-review risk-management-plan
        risk-management-plan-after-change risk-management-plan-review""",
    "anew": "contact-frequency contact-phase-total drug-testing unpaid-work-hours",
    "ends": "contact-after-release contact-after-surrender",
}
"""What custody does to each clause: the table of rule 1 of the law in practice, and the clauses like those of 2005."""


def test_custody_does_to_each_clause_of_every_edition_what_the_table_says() -> None:
    table = {clause: does for does, clauses in IN_CUSTODY.items() for clause in clauses.split()}
    held = {clause.id: set[str]() for clause in national_standards().clauses}
    for clause in national_standards().clauses:
        held[clause.id].add(clause.in_custody)
    assert held == {clause: {does} for clause, does in table.items()}


def test_a_risk_management_plan_and_nothing_else_is_due_by_release() -> None:
    by_release = {clause.id for clause in national_standards().clauses if clause.due_by_release}
    plans = {c.id for c in national_standards().clauses if c.id.startswith("risk-management-plan")}
    assert by_release == plans == {
        "risk-management-plan", "risk-management-plan-after-change", "risk-management-plan-review"
    }  # fmt: skip
    assert all(clause.due_by_release for clause in national_standards().clauses if clause.id in plans)


WAITS_WHILE_UNKNOWN = """first-contact transfer-first-contact contact-after-release contact-after-surrender
    home-visit high-risk-home-visit licence-home-visit home-visit-in-first-phase unpaid-work-first-session
    unpaid-work-assessment-appointment risk-of-harm-assessment likelihood-of-reoffending-assessment
    initial-supervision-plan community-punishment-assessment plan-review transfer-plan-review"""
"""What waits while nobody knows where the person is: contact, plan, first assessment, first session, home visit."""


def test_only_what_needs_the_person_waits_while_nobody_knows_where_they_are() -> None:
    waits = {(c.edition, c.id) for c in national_standards().clauses if c.pauses_unknown}
    named = WAITS_WHILE_UNKNOWN.split()
    assert waits == {(c.edition, c.id) for c in national_standards().clauses if c.id in named}


VALUES = [
    ("1995", "contact-frequency", {}, "weekly for 12 weeks; then fortnightly for 12 weeks; then monthly", "F"),
    ("1995", "unpaid-work-hours", {}, "5 hours a week", "F"),
    ("1995", "breach-third-unacceptable-failure", {}, "10 working days of failure 3 in 12 months", "F"),
    ("2000", "contact-frequency", {"order_type": "community_rehabilitation_order"},
     "weekly for 12 weeks; then fortnightly for 12 weeks; then monthly", "F"),
    ("2000", "home-visit-in-first-phase", {"order_type": "community_rehabilitation_order"}, "12 weeks", "F"),
    ("2000", "breach-second-unacceptable-failure", {}, "10 working days of failure 2 in 12 months", "F"),
    ("2000-revised-2002", "breach-second-unacceptable-failure", {}, "10 working days of failure 2 in 12 months", "F"),
    ("2000-revised-2002", "breach-or-recall-third-failure", {}, "10 working days of failure 3", "R"),
    ("2005", "contact-frequency", {"tier": 2, "order_type": "community_order"}, "weekly for 16 weeks; then monthly", "F"),
    ("2005", "breach-second-unacceptable-failure", {}, "10 working days of failure 2 in 12 months", "R"),
    ("2005", "breach-or-recall-third-failure", {}, "10 working days of failure 3", "F"),
    ("2005", "drug-testing", {"order_type": "drug_treatment_and_testing_order"}, "2 a week for 16 weeks; then weekly", "F"),
    ("2005", "drug-testing", {"order_type": "community_order", "requirements": frozenset({"drug_treatment"})},
     "2 a week for 16 weeks; then weekly", "F"),
    ("2005", "unpaid-work-first-session", {"order_type": "community_order", "requirements": frozenset({"unpaid_work"})},
     "10 working days", "R"),
    ("2007", "first-contact", {"tier": 4}, "2 working days", "F"),
    ("2007", "first-contact", {"tier": 3}, "5 working days", "F"),
    ("2007", "initial-supervision-plan", {"tier": 4}, "5 days", "F"),
    ("2007", "initial-supervision-plan", {"tier": 1}, "15 working days", "F"),
    ("2007", "contact-frequency", {"tier": 2}, "10 in the first 16 weeks; then monthly", "F"),
    ("2007", "plan-review", {}, "4 months", "F"),
    ("2007", "risk-of-harm-review", {}, "4 months", "F"),
    ("2007", "breach-or-recall-third-failure", {}, "10 working days of failure 3 in 12 months", "F"),
    ("2011", "breach-second-unacceptable-failure", {}, "10 working days of failure 2 in 12 months", "F"),
    ("2011", "breach-or-recall-third-failure", {}, "10 working days of failure 3 in 12 months", "F"),
]  # fmt: skip
"""The values that sources confirm or contradict: the last table of the reference to the national standards."""


@pytest.mark.parametrize(("edition", "clause", "attributes", "text", "sure"), VALUES)
def test_a_value_that_was_looked_up_is_the_source_s_value(
    edition: str, clause: str, attributes: dict[str, object], text: str, sure: str
) -> None:
    found = next(c for c in national_standards().clauses if (c.edition, c.id) == (edition, clause))
    value = next(v for v in found.values if fits(v.when, attributes))
    assert (value.text, value.sure) == (text, sure)


@pytest.mark.parametrize("edition", ["2011", "2015", "2021", "2022"])
def test_an_edition_of_today_lays_no_contact_and_says_why(edition: str) -> None:
    found = next(e for e in national_standards().editions if e.id == edition)
    _, not_laid = subjects_laid(found)
    assert {"contact", "reviews", "assessment", "recording"} <= set(not_laid)
    (reason,) = {row.reason for row in found.not_laid if row.about.startswith("How often a person is seen")}
    assert (reason == "professional judgement") == (edition in ("2011", "2015"))


def test_the_edition_of_2011_lays_breach_alone() -> None:
    found = next(e for e in national_standards().editions if e.id == "2011")
    assert [c.id for c in found.clauses] == ["breach-second-unacceptable-failure", "breach-or-recall-third-failure"]
    assert subjects_laid(found)[0] == ("enforcement",)


def test_no_value_of_today_s_law_is_unsure_and_none_inside_an_edition_that_nobody_saw_is_told_as_found() -> None:
    today = [c for e in national_standards().editions if e.id in ("2015", "2021", "2022") for c in e.clauses]
    marks = {(c.id, v.cite, v.sure) for c in today for v in c.values}
    assert {sure for *_, sure in marks} == {"F", "R", "P"}
    assert {sure for _, cite, sure in marks if cite in ("noms2015", "ns2021", "ns2022")} == {"R"}
    assert {c.id for c in today if "register" in c.id or "mappa" in c.id or "breach" in c.id} == set()


def test_what_is_only_described_is_kept_apart_and_drives_nothing(write: Write) -> None:
    told = PLAN.replace("subject: plan", "subject: plan\n  described: an account of practice")
    edition = read_edition(write(CONTACT + told))
    assert [c.id for c in edition.clauses] == ["contact-frequency"]
    assert [(c.id, c.described) for c in edition.described] == [("initial-supervision-plan", "an account of practice")]
    ids = {c.id for e in national_standards().editions for c in e.clauses if c.edition == "2022"}
    assert "breach-pack" not in ids and "contact-frequency" not in ids


def test_a_clause_may_hold_from_later_than_its_edition(write: Write) -> None:
    later = PLAN.replace("subject: plan", "subject: plan\n  from: 2006-01-02")
    (clause,) = read_edition(write(later)).clauses
    assert (clause.in_force(date(2006, 1, 1)), clause.in_force(date(2006, 1, 2))) == (False, True)
    (since,) = combine([read_edition(write(later))]).clauses
    assert since.since == date(2006, 1, 2)
    assert "'initial-supervision-plan' begins on 2008-01-01, after its edition has ended" in refusal(
        write(later.replace("2006-01-02", "2008-01-01"))
    )


@pytest.mark.parametrize(
    ("row", "right"),
    [
        (
            "{about: contact, reason: unknown, why: not seen, cite: ns}",
            "'unknown' is not one of no value, professional",
        ),
        ("{about: contact, reason: no value, cite: ns}", "not_laid.why: missing"),
        ("{about: contact, reason: no value, why: not seen, cite: other}", "'other' is not among the sources"),
    ],
)
def test_what_is_not_laid_says_why_and_is_cited(write: Write, row: str, right: str) -> None:
    good = HEAD.replace(
        "not_auditable: []",
        "not_laid:\n  - {about: contact, reason: no value, why: not seen, cite: ns}\nnot_auditable: []",
    )
    assert [one.about for one in read_edition(write(head=good)).left_out("no value")] == ["contact"]
    message = refusal(write(head=good.replace("{about: contact, reason: no value, why: not seen, cite: ns}", row)))
    assert right in message and message.startswith("ns-2005.yaml line 10: not_laid")


def test_the_fullest_editions_lay_every_subject() -> None:
    for edition in national_standards().editions:
        laid, not_laid = subjects_laid(edition)
        assert set(laid) == {clause.subject for clause in edition.clauses}
        assert (not_laid == ()) == (edition.id in ("2000", "2000-revised-2002", "2005", "2007"))


def test_the_editions_begin_on_the_days_that_were_found() -> None:
    days = {edition.id: (edition.start.isoformat(), edition.sure) for edition in national_standards().editions}
    assert days["2007"] == ("2007-09-30", "F")
    assert days["2011"] == ("2011-04-05", "F")
    assert days["2015"] == ("2015-08-01", "U")


def test_a_circular_is_not_cited_for_what_it_cannot_have_said() -> None:
    cited = {(c.edition, c.id) for c in national_standards().clauses for v in c.values if "43/2004" in v.citation}
    assert cited == {
        ("1995", "breach-third-unacceptable-failure"), ("2000", "breach-second-unacceptable-failure"),
        ("2000-revised-2002", "breach-second-unacceptable-failure"),
    }  # fmt: skip


def test_every_value_shipped_is_cited_and_its_citation_spelled_out() -> None:
    sources = {e.id: e.sources for e in national_standards().editions} | {
        f.id: f.sources for f in frameworks().values()
    }
    for clause in (c for f in frameworks().values() for c in f.clauses):
        for value in clause.values:
            assert value.citation == sources[clause.edition][value.cite] != "", clause.id
            assert value.sure == "F" or value.remark, f"{clause.edition} {clause.id} does not say what is to be checked"


def test_a_framework_has_the_name_of_its_file() -> None:
    assert framework_names() == list(frameworks())


def test_every_question_of_the_framework_asks_for_clauses_that_exist_and_is_cited() -> None:
    framework = frameworks()["esi-2003"]
    ids = {clause.id for clause in framework.clauses}
    for question in framework.questions.values():
        derived = question.derive.clauses if question.derive else ()
        assert {*derived, *question.required} <= ids, question.id
        assert framework.sources[question.cite]


ROWS = {
    "B1": """risk-of-harm-assessed-at-start E; risk-of-harm-assessed-on-time E; risk-of-harm-assessment-quality J;
        risk-of-harm-sources E; specialist-tool-used E; interventions-fit-risk-of-harm J;
        manager-involved-in-assessment E; risk-of-harm-reviewed E""",
    "B2": "likelihood-score-present E; likelihood-score-on-time E",
    "B3": """initial-plan-on-time E; initial-plan-satisfactory J; objectives-smart E; appropriate-interventions-planned J;
        plan-sensitive-to-diversity J; plan-takes-account E""",
    "B4": "record-well-organised J; documents-present E",
    "C1": """appointments-sufficiently-frequent E; absences-judged-appropriately J; absences-followed-up E;
        breach-or-recall-on-time E""",
    "C2": """plan-reviewed E; review-content-sufficient J; liaison-with-others E; interventions-delivered E;
        victim-issues-addressed J; work-prioritised J; contacts-recorded E; programme-started E""",
    "C3": "literacy-needs-addressed E; diversity-arrangements E",
    "C4": "methods-considered J; pre-release-work J",
    "C5": """child-protection-involvement E; interventions-appropriate-to-risk J; change-in-risk-dealt-with E;
        risk-management-plan-on-time E; risk-management-plan-executed J; risk-management-plan-reviewed E;
        mappa-reviews-kept E; sufficient-management-oversight E""",
}
"""The question rows of the inspection reference, section 3: E derived from events, J judged by a person."""


@pytest.mark.parametrize("criterion", ROWS)
def test_the_framework_holds_every_question_of_the_criterion(criterion: str) -> None:
    rows = dict(row.split() for row in ROWS[criterion].split(";"))
    held = {c.id: c for c in frameworks()["esi-2003"].criteria}[criterion].questions
    assert {q.id: {"derived": "E", "judged": "J"}[q.scored_by] for q in held} == rows


def test_the_framework_has_no_other_criterion_and_reads_every_question_once() -> None:
    framework = frameworks()["esi-2003"]
    assert [c.id for c in framework.criteria] == list(ROWS)
    assert sorted(framework.reading_order) == sorted(framework.questions)
    assert framework.reading_order != tuple(framework.questions)


@pytest.mark.parametrize(
    ("old", "new", "at", "name", "right"),
    [
        ("clauses: [plan-review]", "clauses: [plan-revue]", "plan-revue", "plan-reviewed", "'plan-revue'"),
        ('source: "rec. 7"\n            cite: rec', 'source: "rec. 7"\n            cite: wreck', "wreck",
         "initial-plan-on-time", "sources"),
        ('source: "rec. 7"\n            cite: rec\n', 'source: "rec. 7"\n', "id: initial-plan-on-time",
         "initial-plan-on-time", "name one of the sources"),
        ("- id: B4\n        title: Documentation\n        weight: important",
         "- id: B4\n        title: Documentation\n        weight: vital", "vital", "B4", "critical, important"),
    ],
    ids=["unknown clause", "unknown source", "uncited question", "unknown weight"],
)  # fmt: skip
def test_a_faulty_framework_is_refused_by_file_name_and_line(
    tmp_path: Path, old: str, new: str, at: str, name: str, right: str
) -> None:
    shipped = (FRAMEWORKS / "esi-2003.yaml").read_text(encoding="utf-8")
    assert shipped.count(old) == 1
    path = tmp_path / "own.yaml"
    path.write_text(shipped.replace(old, new), encoding="utf-8")
    with pytest.raises(PolicyError) as refused:
        read_framework(path)
    message = str(refused.value)
    assert message.startswith(f"own.yaml line {lines_of(path, at)[0]}")
    assert f"'{name}'" in message
    assert right in message


def test_a_question_that_the_reading_order_forgets_is_refused(tmp_path: Path) -> None:
    shipped = (FRAMEWORKS / "esi-2003.yaml").read_text(encoding="utf-8")
    path = tmp_path / "own.yaml"
    path.write_text(shipped.replace("  - methods-considered\n", "", 1), encoding="utf-8")
    with pytest.raises(
        PolicyError, match=r"own\.yaml line [0-9]+: reading_order: 'methods-considered' stands in only one"
    ):
        read_framework(path)
