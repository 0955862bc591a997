"""Scores: the printed figures of the report, and what counts towards them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from domain.entries.case_entries import QualityJudged
from domain.policy.frameworks.framework import Basis, Framework, Question
from domain.policy.frameworks.framework_files import frameworks
from projections.history.history import History
from projections.obligations.derive import obligations
from projections.scoring.answers import Answer, answers, judgements_that_count
from projections.scoring.scores import QuestionScore, printed, score, wilson
from projections.scoring.verdicts import Verdict
from tests.scenarios import Scenario

ESI = frameworks()["esi-2003"]
PLAN = "initial-plan-satisfactory"
DAY = date(2005, 10, 3)

CRITERIA = ("B1", "B2", "B3", "B4", "C1", "C2", "C3", "C4", "C5")
PRINTED = {
    "original": ((46, 79, 53, 69, 79, 58, 82, 45, 60), (61, 67), (Fraction(425, 7), Fraction(67))),
    "follow-up": ((55, 89, 48, 75, 71, 50, 79, 74, 47), (66, 63), (Fraction(459, 7), Fraction(568, 9))),
}
"""The report's printed criteria; sections B and C as printed; and their weighted means."""


def answered(question: str, answer: Verdict, times: int = 1) -> list[list[Answer]]:
    """So many cases with this answer to one question, and no other."""
    return [[Answer(ESI.questions[question], answer, "judged", ())]] * times


def counted(question: str, sufficient: int, of: int) -> list[list[Answer]]:
    return answered(question, "sufficient", sufficient) + answered(question, "insufficient", of - sufficient)


def told(*facts: dict[str, Any], framework: Framework = ESI, inspection: str | None = None) -> dict[str, Answer]:
    """The answers on the sample date of a case with these facts, after an order of 6 June 2005."""
    began = {"on": date(2005, 6, 6), "SupervisionStarted": {}}
    history = History.of(Scenario("", "", [began, *facts], []).history())
    judged = history.all(QualityJudged)
    counting = judgements_that_count(judged, judged, inspection, DAY)
    return {a.question.id: a for a in answers(framework, obligations(history, ESI.clauses), counting, DAY, {})}


def plan(**fields: Any) -> dict[str, Any]:
    return {"on": date(2005, 6, 20), "SupervisionPlanMade": fields}


def reading(answer: str, on: date = date(2005, 9, 1), question: str = PLAN, **fields: Any) -> dict[str, Any]:
    return {"on": on, "QualityJudged": {"question": question, "answer": answer, **fields}}


def scored_by(basis: Basis, question: str) -> Framework:
    """The framework with another answer scoring this question."""

    def turned(asked: Question) -> Question:
        return replace(asked, scored_by=basis) if asked.id == question else asked

    sections = tuple(
        replace(s, criteria=tuple(replace(c, questions=tuple(map(turned, c.questions))) for c in s.criteria))
        for s in ESI.sections
    )
    return replace(ESI, sections=sections)


def test_what_was_settled_counts_before_the_first_answer_and_what_a_comment_moved_before_both() -> None:
    first = reading("insufficient", inspection="october-audit")
    settled = reading(
        "insufficient", date(2005, 9, 8), inspection="october-audit", adjudicates=True, comment="Not there"
    )
    again = reading("sufficient", date(2005, 9, 15), inspection="october-audit", reopening="reopened")
    late = reading("sufficient", date(2005, 9, 20), inspection="october-audit")

    def counts(*said: dict[str, Any]) -> str | None:
        return told(plan(), *said, inspection="october-audit")[PLAN].answer

    assert (counts(first, settled), counts(first, settled, again)) == ("insufficient", "sufficient")
    assert counts(first, settled, late) == "insufficient", "settled, whenever it was recorded"


def of(cases: Sequence[list[Answer]], question: str) -> QuestionScore:
    return score(ESI, cases).questions[question]


@pytest.mark.parametrize(
    ("sufficient", "n", "low", "high"),
    [(11, 15, 48, 89), (4, 11, 15, 65), (6, 11, 28, 79), (0, 5, 0, 43), (5, 5, 57, 100)],
)
def test_the_interval_is_wilsons(sufficient: int, n: int, low: int, high: int) -> None:
    interval = wilson(sufficient, n)
    assert interval is not None
    assert tuple(map(round, interval)) == (low, high)
    assert 0 <= interval[0] <= interval[1] <= 100


def test_no_case_has_no_score_and_no_interval() -> None:
    empty = of([], PLAN)
    assert (empty.n, empty.score, empty.interval) == (0, None, None)


@pytest.mark.parametrize(
    ("exact", "half_up", "half_even"),
    [
        (Fraction(121, 2), 61, 60),
        (Fraction(123, 2), 62, 62),
        (Fraction(425, 7), 61, 61),
        (Fraction(568, 9), 63, 63),
        (Fraction(6049, 100), 60, 60),
        (Fraction(100), 100, 100),
        (None, None, None),
    ],
)
def test_halves_go_up_where_the_framework_says_so(
    exact: Fraction | None, half_up: int | None, half_even: int | None
) -> None:
    assert printed(ESI, exact) == half_up
    assert printed(replace(ESI, rounding="half_even"), exact) == half_even


def test_a_criterion_is_the_mean_of_its_questions_or_pooled_as_the_framework_says() -> None:
    cases = counted("methods-considered", 45, of=60) + counted("pre-release-work", 11, of=15)
    by_question, pooled = (
        {c.criterion.id: c for c in score(framework, cases).criteria}["C4"]
        for framework in (ESI, replace(ESI, aggregation="pooled"))
    )
    assert (by_question.score, by_question.printed) == ((75 + Fraction(1100, 15)) / 2, 74)
    assert (pooled.score, pooled.printed) == (Fraction(5600, 75), 75)


def test_all_scored_and_four_in_five_on_time_print_as_89() -> None:
    cases = counted("likelihood-score-present", 50, of=50) + counted("likelihood-score-on-time", 39, of=50)
    assert {c.criterion.id: c.printed for c in score(ESI, cases).criteria}["B2"] == 89


def test_a_question_without_relevant_cases_takes_no_part_in_the_mean() -> None:
    cases = counted("methods-considered", 3, of=4) + answered("pre-release-work", "not_applicable", 4)
    assert {c.criterion.id: c.score for c in score(ESI, cases).criteria}["C4"] == 75


def test_what_is_absent_when_required_is_insufficient() -> None:
    good, poor = (told(plan(), reading(answer)) for answer in ("sufficient", "insufficient"))
    nothing = told()
    assert nothing[PLAN].absent
    cases = [list(case.values()) for case in [good] * 73 + [poor] * 65 + [nothing] * 17]
    figure = of(cases, PLAN)
    assert (figure.sufficient, figure.insufficient, figure.absent, figure.n) == (73, 82, 17, 155)
    assert printed(ESI, figure.score) == 47


def test_not_answered_and_not_applicable_count_as_neither() -> None:
    cases = counted(PLAN, 3, of=4) + answered(PLAN, "not_answered", 5) + answered(PLAN, "not_applicable", 7)
    figure = of(cases, PLAN)
    assert (figure.n, figure.score, figure.not_answered, figure.not_applicable) == (4, 75, 5, 7)


@pytest.mark.parametrize("inspection", PRINTED)
def test_the_printed_sections_follow_from_the_printed_criteria(inspection: str) -> None:
    criteria, sections, means = PRINTED[inspection]
    asked = {c.id: c.questions[0].id for c in ESI.criteria}
    cases = [case for name, per_cent in zip(CRITERIA, criteria, strict=True)
             for case in counted(asked[name], per_cent, of=100)]  # fmt: skip
    found = score(ESI, cases)
    assert tuple(c.printed for c in found.criteria) == criteria
    assert tuple(s.printed for s in found.sections) == sections
    assert tuple(s.score for s in found.sections) == means


def test_a_section_is_the_mean_of_criteria_as_printed_or_exact_as_the_framework_says() -> None:
    cases = counted("risk-of-harm-assessment-quality", 2, of=3) + counted("record-well-organised", 0, of=3)
    sections = [score(f, cases).sections[0] for f in (ESI, replace(ESI, section_mean_of="exact"))]
    assert [(s.score, s.printed) for s in sections] == [(Fraction(134, 3), 45), (Fraction(400, 9), 44)]


def test_a_section_without_a_scored_criterion_has_no_score() -> None:
    section = score(ESI, counted(PLAN, 1, of=1)).sections[1]
    assert (section.score, section.printed) == (None, None)


def test_of_derived_and_judged_the_framework_says_which_scores_and_the_other_is_shown() -> None:
    smart = plan(objectives=[{"text": "three sessions by July", "smart": True}])
    facts = (smart, reading("insufficient", question="objectives-smart"))
    derived, judged = (
        told(*facts, framework=scored_by(basis, "objectives-smart"))["objectives-smart"]
        for basis in ("derived", "judged")
    )
    assert (derived.answer, derived.basis, derived.other) == ("sufficient", "derived", "insufficient")
    assert (judged.answer, judged.basis, judged.other) == ("insufficient", "judged", "sufficient")


def test_where_both_agree_or_only_one_exists_there_is_no_other() -> None:
    smart = plan(objectives=[{"text": "three sessions by July", "smart": True}])
    agreed = told(smart, reading("sufficient", question="objectives-smart"))["objectives-smart"]
    alone = told(smart, framework=scored_by("judged", "objectives-smart"))["objectives-smart"]
    assert (agreed.answer, agreed.other) == ("sufficient", None)
    assert (alone.answer, alone.basis, alone.other) == ("sufficient", "derived", None)


def test_a_judgement_under_another_framework_does_not_count() -> None:
    assert told(plan(), reading("sufficient", framework="omi-2006"))[PLAN].answer == "not_answered"


def test_an_inspections_judgement_counts_only_for_that_inspection() -> None:
    facts = (
        plan(),
        reading("insufficient"),
        reading("sufficient", on=date(2005, 10, 24), role="hm_inspector", inspection="gloucestershire-2005"),
    )
    assert told(*facts)[PLAN].answer == "insufficient"
    assert told(*facts, inspection="gloucestershire-2004")[PLAN].answer == "insufficient"
    assert told(*facts, inspection="gloucestershire-2005")[PLAN].answer == "sufficient"


def test_a_judgement_of_the_record_counts_from_its_own_day() -> None:
    assert told(plan(), reading("sufficient", on=date(2005, 10, 4)))[PLAN].answer == "not_answered"
    assert told(plan(), reading("sufficient", on=DAY))[PLAN].answer == "sufficient"


@pytest.mark.parametrize("n", [1, 3, 7, 15, 60, 1000, 12_345])
def test_the_interval_of_all_or_none_ends_exactly_there(n: int) -> None:
    everyone, nobody = wilson(n, n), wilson(0, n)
    assert everyone is not None and nobody is not None
    assert everyone.high == 100.0 and 0 < everyone.low < 100
    assert nobody.low == 0.0 and 0 < nobody.high < 100
