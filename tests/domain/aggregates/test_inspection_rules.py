"""An inspection's rules: what its file takes and refuses, the ladder, agreement, findings. The draw: ``test_sampling``."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from domain.aggregates.case_file import CaseFile, RecordedEntry, decide, evolve
from domain.aggregates.inspection import Inspection
from domain.aggregates.inspection_rules import check
from domain.aggregates.sampling import draw
from domain.entries import refusals
from domain.entries.case_entries import QualityJudged
from domain.entries.code_lists import MANAGEMENT_RATINGS
from domain.entries.entry import Entry
from domain.entries.inspection_entries import FindingWritten, Framed
from domain.entries.schemas import load_entry
from domain.policy.frameworks.framework import Framework
from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, frameworks
from domain.policy.frameworks.management_criterion import EvidenceItem, ManagementCriterion
from projections.inspections.assessor_agreement import Agreement, AnswerPair, CaseQuestion, compare
from projections.scoring.answers import Answer
from projections.scoring.finding_text import CheckedFinding, DraftFinding, difference, direction, exceeds_chance
from projections.scoring.intervals import intervals, of_section
from projections.scoring.management_ladder import criterion_rungs, propose, rungs_apart
from projections.scoring.score_bands import SectionBand, section_bands
from projections.scoring.scores import Interval, QuestionScore, Score, SectionScore, score, wilson
from projections.scoring.scores import printed as as_printed
from tests.support.histories import NOW, PERSON, PLACE

# ---------------------------------------------------------------- what the file takes


def entry(type_: str, name: str = "new", on: str = "2005-10-05", **fields: Any) -> Entry:
    return load_entry(type_, {"entry": name, "occurred_on": on, "recorded_at": f"{on}T18:00:00+01:00", **fields})


CASES = [f"X{n}/1" for n in range(123_456, 123_466)]
FRAMED = [Framed(case=case, stratum="all cases", officer="o") for case in CASES]
DRAWN = draw(FRAMED, 4, "seed", spare_per_cent=50)
OUT = next(case for case in CASES if case not in (*DRAWN.cases, *DRAWN.spares))

OPENED = entry("InspectionOpened", title="T", area="A", framework="esi-2003")
FRAME = entry(
    "FrameTaken", started_from="2005-04-01", started_to="2005-05-31",
    cases=[{"case": f.case, "stratum": f.stratum, "officer": f.officer} for f in FRAMED],
)  # fmt: skip
SAMPLE = {"size": 4, "seed": "seed", "spare_per_cent": 50, "cases": DRAWN.cases, "spares": DRAWN.spares}
DRAW = entry("SampleDrawn", **SAMPLE)
NAMED = [entry("AssessorNamed", assessor=name, role="hm_inspector") for name in ("J Hartnell", "R Pascoe")]
READY = [OPENED, FRAME, DRAW, *NAMED]
FIRST = entry("ReadingAllocated", case=DRAWN.cases[0], assessor="J Hartnell")
READ = entry("ReadingCompleted", case=DRAWN.cases[0], assessor="J Hartnell")
AGAIN = [
    entry("ReadingAllocated", case=DRAWN.cases[0], assessor="R Pascoe", second=True),
    entry("ReadingCompleted", case=DRAWN.cases[0], assessor="R Pascoe", second=True),
]
ADJUSTED = entry("RatingAdjusted", criterion="A4", to="Satisfactorily met", reason="context")
FROZEN = entry("InspectionFrozen")
NAMED_OUT = entry("CalibrationNamed", case=OUT)
CALIBRATED = entry("ReadingCompleted", case=OUT, assessor="J Hartnell", calibration=True)
FIGURES = {"framework_version": "1", "figures": [{"of": "B", "printed": "66%"}], "position": 1, "hash": "0" * 64}

REFUSED: list[tuple[list[Entry], Entry, str, str]] = [
    ([], entry("InspectionOpened", title="T", area="A", framework="none"), "framework", "there is no framework 'none'"),
    ([OPENED], DRAW, "type", "take the frame first"),
    ([OPENED, FRAME], entry("SampleDrawn", **{**SAMPLE, "cases": [OUT, *DRAWN.cases[1:]]}), "cases", "draw again"),
    ([OPENED, FRAME], entry("SampleDrawn", **{**SAMPLE, "seed": "other"}), "cases", "not what the frame and the seed give"),
    ([OPENED, FRAME], entry("SampleDrawn", **{**SAMPLE, "size": 40}), "size", "the frame holds 10 cases"),
    (READY, entry("CaseReplaced", case=OUT, by=DRAWN.spares[0], reason="r"), "case", "is not in the sample"),
    (READY, entry("CaseReplaced", case=DRAWN.cases[0], by=OUT, reason="r"), "by", "is not a spare case"),
    ([*READY, FIRST, READ], entry("CaseReplaced", case=DRAWN.cases[0], by=DRAWN.spares[0], reason="r"), "case", "read"),
    ([*READY, FIRST, READ], DRAW, "type", "their sample stays as it was drawn"),
    ([*READY, FIRST, READ], FRAME, "type", "their sample stays as it was drawn"),
    (READY, entry("ReadingAllocated", case=DRAWN.cases[0], assessor="Nobody"), "assessor", "there are: J Hartnell, R Pascoe"),
    (READY, entry("ReadingAllocated", case=OUT, assessor="R Pascoe"), "case", "is not in the sample"),
    ([*READY, FIRST], entry("ReadingAllocated", case=DRAWN.cases[0], assessor="J Hartnell", second=True), "assessor",
     "the second reader is somebody else"),
    (READY, entry("ReadingTakenBack", case=DRAWN.cases[0]), "case", "is not given out"),
    ([*READY, FIRST, READ], entry("ReadingTakenBack", case=DRAWN.cases[0]), "case", "a finished reading stays"),
    (READY, entry("FindingWithdrawn", finding="none"), "finding", "there are none"),
    ([*READY, FIRST], entry("ReadingCompleted", case=DRAWN.cases[0], assessor="R Pascoe"), "case", "is not allocated to"),
    (READY, entry("ManagementRated", criterion="A9", item="x", rating="good"), "criterion", "there are: A1, A2"),
    (READY, entry("ManagementRated", criterion="A1", item="x", rating="good"), "item", "there are: targets"),
    (READY, entry("ManagementRated", criterion="A1", item="targets", rating="good",
                  sources=[{"kind": "documents", "count": 1}, {"kind": "documents", "count": 2}]), "sources", "twice"),
    ([*READY, FIRST], entry("ReadingCompleted", case=DRAWN.cases[0], assessor="J Hartnell", sources=["case_file"] * 2),
     "sources", "name each once"),
    ([OPENED, FRAME], entry("CalibrationNamed", case=OUT), "type", "draw the sample first"),
    (READY, entry("CalibrationNamed", case=DRAWN.cases[0]), "case", "is in the sample"),
    (READY, entry("CalibrationNamed", case=DRAWN.spares[0]), "case", "or a spare"),
    (READY, entry("CalibrationNamed", case=OUT, taken_back=True), "case", "nothing to take back"),
    ([*READY, FIRST, READ], entry("CalibrationNamed", case=OUT), "type", "comes before fieldwork"),
    (READY, CALIBRATED, "case", "is no case of calibration"),
    ([*READY, NAMED_OUT], entry("ReadingCompleted", case=OUT, assessor="Nobody", calibration=True), "by", "not an assessor"),
    ([*READY, NAMED_OUT], entry("ReadingCompleted", case=OUT, assessor="J Hartnell", calibration=True, second=True),
     "calibration", "neither a second one"),
    ([*READY, NAMED_OUT, CALIBRATED], CALIBRATED, "calibration", "yours stay as they were"),
    ([*READY, NAMED_OUT, CALIBRATED], entry("CalibrationNamed", case=OUT, taken_back=True), "case", "has been read"),
    ([*READY, NAMED_OUT, CALIBRATED], DRAW, "type", "their sample stays as it was drawn"),
    ([*READY, NAMED_OUT, FROZEN], CALIBRATED, "type", "is frozen"),
    (READY, entry("RatingAdjusted", criterion="A1", to="Superb", reason="r"), "to", "there are: Very well met"),
    (READY, entry("RatingAdjusted", criterion="B1", to="Well met", reason="r"), "criterion", "has no rating to adjust"),
    (READY, entry("FindingWritten", criterion="Z1", text="t"), "criterion", "there is no criterion 'Z1'"),
    (READY, entry("NotFollowedUp", criterion="Z1", reason="r"), "criterion", "there is no criterion 'Z1'"),
    (READY, entry("NotFollowedUp", criterion="C2"), "reason", "say why C2 is not re-scored"),
    (READY, entry("NotFollowedUp", criterion="C2", taken_back=True), "taken_back", "nothing to take back"),
    ([*READY, FROZEN], entry("NotFollowedUp", criterion="C2", reason="r"), "type", "is frozen"),
    (READY, entry("FindingWritten", criterion="B1", text="t", question="q"), "question", "there is no question 'q'"),
    ([*READY, ADJUSTED], entry("RatingAdjusted", criterion="A4", reason="context"), "reason", "is taken back"),
    (READY, entry("RatingAdjusted", criterion="A4", to="Satisfactorily met", reason=" "), "reason", "say why"),
    ([*READY, *AGAIN], AGAIN[-1], "second", "its answers stay as they were"),
    ([OPENED], FROZEN, "type", "draw a sample before"),
    (READY, entry("InspectionPublished", **FIGURES), "type", "freeze the inspection"),
    ([*READY, FROZEN], FIRST, "type", "is frozen"),
    (READY, entry("FindingWritten", criterion="B1", question="objectives-smart", text="t"), "question",
     "is not a question of B1"),
    ([*READY, FROZEN, entry("InspectionPublished", **FIGURES)], entry("FindingWritten", criterion="B1", text="t"), "type",
     "is published"),
]  # fmt: skip


@pytest.mark.parametrize(("standing", "said", "field", "words"), REFUSED)
def test_what_makes_no_sense_is_refused_by_name(standing: list[Entry], said: Entry, field: str, words: str) -> None:
    with pytest.raises(refusals.Refused, match=words) as refused:
        check(Inspection.of(standing), said)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("standing", "second", "minutes", "taken"),
    [
        ([*READY, FROZEN], False, 1, False),
        ([*READY, FROZEN], False, 0, True),
        ([*READY, *AGAIN], True, 1, False),
        ([*READY, *AGAIN], True, -1, True),
        ([*READY, *AGAIN], False, 1, True),
    ],
)
def test_an_answer_comes_too_late_by_when_it_was_recorded(
    standing: list[Entry], second: bool, minutes: int, taken: bool
) -> None:
    """After the freeze, or after the second reading was finished: from a form and from an import alike."""
    said = {"framework": "esi-2003", "question": "objectives-smart", "answer": "sufficient", "role": "hm_inspector"}
    at = FROZEN.recorded_at + timedelta(minutes=minutes)
    judged = load_entry("QualityJudged", {
        "entry": "judged", "occurred_on": "2005-10-05", "recorded_at": at.isoformat(), "by": "R Pascoe", "second": second,
        "inspection": "october", **said,
    })  # fmt: skip
    found = Inspection.of(standing)
    file = CaseFile(DRAWN.cases[0])
    person, held = PERSON | {"crn": file.reference[:7]}, {**PLACE, "officer": "O", "officer_grade": "po"}
    start = entry("SupervisionStarted", "start", "2005-05-03", person=person, order_type="community_order", **held)
    evolve(file, RecordedEntry(file.reference, 1, start))
    if taken:
        assert decide(file, judged, NOW, found) == [judged]
    else:
        with pytest.raises(refusals.TooLate):
            decide(file, judged, NOW, found)
    evolve(file, RecordedEntry(file.reference, 2, judged))
    assert decide(file, judged, NOW, found) == [], "what is stored already is never refused"


def test_a_spare_takes_the_place_of_a_case_and_is_used_once() -> None:
    found = Inspection.of([*READY, FIRST, entry("CaseReplaced", case=DRAWN.cases[0], by=DRAWN.spares[0], reason="r")])
    assert found.sample == [DRAWN.spares[0], *DRAWN.cases[1:]]
    assert found.spares == DRAWN.spares[1:] and found.allocated == {}
    with pytest.raises(refusals.Refused, match="is not a spare case"):
        check(found, entry("CaseReplaced", case=DRAWN.cases[1], by=DRAWN.spares[0], reason="r"))


def test_a_spare_keeps_to_the_limit_of_its_officer_while_there_is_one() -> None:
    framed = [Framed(case=case, stratum="all cases", officer="ab"[n % 2]) for n, case in enumerate(CASES)]
    drawn = draw(framed, 2, "seed", per_officer=1, spare_per_cent=100)
    officer = {f.case: f.officer for f in framed}
    frame = entry(
        "FrameTaken", started_from="2005-04-01", started_to="2005-05-31",
        cases=[{"case": f.case, "stratum": f.stratum, "officer": f.officer} for f in framed],
    )  # fmt: skip
    sample = {"size": 2, "seed": "seed", "spare_per_cent": 100, "cases": drawn.cases, "spares": drawn.spares}
    found = Inspection.of([OPENED, frame, entry("SampleDrawn", per_officer=1, **sample)])
    for case in drawn.cases:
        alike = [spare for spare in drawn.spares if officer[spare] == officer[case]]
        assert found.spares_for(case) == (alike or drawn.spares)
    assert {officer[case] for case in drawn.cases} == {"a", "b"} and drawn.spares


def test_the_latest_decision_stands() -> None:
    found = Inspection.of([
        *READY, FIRST, READ, entry("ReadingAllocated", case=DRAWN.cases[0], assessor="R Pascoe"),
        entry("NotFollowedUp", criterion="A1"),
        entry("ManagementRated", criterion="A1", item="targets", rating="good"),
        entry("ManagementRated", criterion="A1", item="targets", rating="strong"),
    ])  # fmt: skip
    assert found.allocated == {(DRAWN.cases[0], False): "R Pascoe"} and found.completed == {}
    assert found.ratings["A1", "targets"].rating == "strong" and found.not_followed_up == {}
    assert Inspection.of([*READY, DRAW]).sample == DRAWN.cases
    left = [*READY, entry("NotFollowedUp", criterion="C2", reason="Too few licences")]
    assert Inspection.of(left).not_rescored == {"C2"}
    assert Inspection.of([*left, entry("NotFollowedUp", criterion="C2", taken_back=True)]).not_rescored == frozenset()


def test_a_frame_taken_anew_drops_what_was_drawn_from_the_old_one() -> None:
    other = [Framed(case="Z999999/1", stratum="all cases", officer="o")]
    anew = entry(
        "FrameTaken", started_from="2005-04-01", started_to="2005-05-31",
        cases=[{"case": f.case, "stratum": f.stratum, "officer": f.officer} for f in other],
    )  # fmt: skip
    found = Inspection.of([*READY, FIRST, anew])
    assert (found.drawn, found.sample, found.spares, found.allocated) == (None, [], [], {})


def test_an_adjustment_is_taken_back() -> None:
    back = entry("RatingAdjusted", criterion="A4", reason="the context has changed")
    assert Inspection.of([*READY, ADJUSTED, back]).adjusted == {}
    check(Inspection.of([*READY, ADJUSTED]), back)
    with pytest.raises(refusals.Refused, match="nothing to take back"):
        check(Inspection.of(READY), back)


# ---------------------------------------------------------------- section A

THREE = ManagementCriterion(
    "A0", "T", "D", tuple(EvidenceItem(name, name, "esi", "F") for name in ("one", "two", "three"))
)


@pytest.mark.parametrize(
    ("ratings", "rung"),
    [
        (("very_strong", "very_strong", "very_strong"), "Very well met"),
        (("very_strong", "strong", "very_strong"), "Well met"),
        (("strong", "strong", "satisfactory"), "Satisfactorily met"),
        (("strong", "very_strong", "good"), "Satisfactorily met"),
        (("strong", "satisfactory", "satisfactory"), "Partly met"),
        (("good", "good", "good"), "Partly met"),
        (("satisfactory", "satisfactory", "satisfactory"), "Not met"),
        (("satisfactory", "unsatisfactory", "unsatisfactory"), "Not met"),
        (("unsatisfactory", "unsatisfactory", "unsatisfactory"), "Poor"),
        (("strong", "strong", "unsatisfactory"), "Poor"),
        (("strong", "satisfactory", "unsatisfactory"), "Poor"),
    ],
)
def test_the_ladder_is_the_reports(ratings: tuple[Any, ...], rung: str) -> None:
    assert propose(THREE, dict(zip(("one", "two", "three"), ratings, strict=True)))[0] == rung


def test_a_better_rating_never_costs_a_rung_and_each_has_its_reason() -> None:
    ladder = Framework.rungs
    for ratings in product(MANAGEMENT_RATINGS, repeat=3):
        given_ = dict(zip(("one", "two", "three"), ratings, strict=True))
        rung, why = propose(THREE, given_)
        assert rung in ladder and why
        for name, rating in given_.items():
            at = MANAGEMENT_RATINGS.index(rating)
            if at and not (rung == "Not met" and rating != "unsatisfactory"):
                better, _ = propose(THREE, {**given_, name: MANAGEMENT_RATINGS[at - 1]})
                assert ladder.index(str(better)) <= ladder.index(rung), (given_, name)


def test_until_every_item_is_rated_there_is_no_rung_and_the_directorates_are_left_out() -> None:
    managed = frameworks()[DEFAULT_FRAMEWORK].management[0]
    assert [item.id for item in managed.items if item.national] == ["directorate"]
    assert propose(managed, {"targets": "good"}) == (None, "2 of 3 items not rated yet")
    strong: dict[str, Any] = {"targets": "strong", "policies": "satisfactory", "commitment": "satisfactory"}
    assert propose(managed, strong)[0] == "Partly met", "two of four by weight are no majority"
    assert propose(managed, {**strong, "commitment": "strong"})[0] == "Satisfactorily met"


def test_an_adjusted_rung_stands_beside_the_proposed_one() -> None:
    rated = [entry("ManagementRated", criterion="A4", item=i, rating="strong") for i in ("partnership", "contracting")]
    adjusted = entry("RatingAdjusted", criterion="A4", to="Satisfactorily met", reason="context")
    (a4,) = [p for p in criterion_rungs(Inspection.of([*READY, *rated, adjusted])) if p.criterion.id == "A4"]
    assert (a4.proposed, a4.printed) == ("Well met", "Satisfactorily met")
    assert (rungs_apart("Partly met", "Well met"), rungs_apart("Partly met", "Not followed up")) == (2, None)


# ---------------------------------------------------------------- agreement and findings


def test_cohens_kappa_is_the_textbooks() -> None:
    """Fifty papers, two readers: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no give 0.4."""
    said: list[tuple[Any, Any, int]] = [
        ("sufficient", "sufficient", 20), ("sufficient", "insufficient", 5), ("insufficient", "sufficient", 10),
        ("insufficient", "insufficient", 15),
    ]  # fmt: skip
    pairs = [AnswerPair(CaseQuestion(f"{a}{b}{n}", "q"), a, b) for a, b, count in said for n in range(count)]
    found = Agreement(pairs)
    assert (found.n, found.agreed, found.kappa) == (50, 35, Fraction(2, 5))
    assert len(found.disagreements) == 15


def test_kappa_where_there_is_nothing_or_nothing_but_one_answer() -> None:
    assert Agreement([]).kappa is None
    assert Agreement([AnswerPair(CaseQuestion("a", "q"), "sufficient", "sufficient")]).kappa is None
    both = compare(
        {CaseQuestion("a", "q"): said_by("j", "sufficient"), CaseQuestion("b", "q"): said_by("j", "sufficient")},
        {CaseQuestion("b", "q"): said_by("r", "insufficient"), CaseQuestion("c", "q"): said_by("r", "insufficient")},
    )
    assert [(pair.asked.reference, pair.first, pair.other, pair.readers) for pair in both.pairs] == [
        ("b", "sufficient", "insufficient", ("j", "r"))
    ]


def said_by(who: str, answer: str) -> QualityJudged:
    fact = load_entry("QualityJudged", {
        "entry": "x", "occurred_on": "2005-10-03", "recorded_at": "2005-10-03T12:00:00Z", "framework": "esi-2003",
        "question": "q", "answer": answer, "by": who, "by_id": who, "role": "hm_inspector",
    })  # fmt: skip
    assert isinstance(fact, QualityJudged)
    return fact


def test_the_interval_of_kappa_is_that_of_the_large_sample_error() -> None:
    """Worked by hand for the fifty papers: 0.10972 + 0.10188 - 0.01 over 0.25 x 50 is 0.016128, its root 0.127."""
    said: list[tuple[Any, Any, int]] = [
        ("sufficient", "sufficient", 20), ("sufficient", "insufficient", 5), ("insufficient", "sufficient", 10),
        ("insufficient", "insufficient", 15),
    ]  # fmt: skip
    found = Agreement([AnswerPair(CaseQuestion("x", "q"), a, b) for a, b, count in said for _ in range(count)])
    assert found.kappa_interval == pytest.approx((0.4 - 1.96 * 0.127, 0.4 + 1.96 * 0.127), abs=1e-3)
    assert Agreement(found.pairs[:20]).kappa_interval is None
    assert all(-1 <= end <= 1 for end in Agreement([*found.pairs[:1], *found.pairs[-1:]]).kappa_interval or ())


def test_agreement_is_counted_by_question_and_by_reader() -> None:
    pairs = [
        AnswerPair(CaseQuestion("a", "q1"), "sufficient", "sufficient", ("j", "r")),
        AnswerPair(CaseQuestion("a", "q2"), "sufficient", "insufficient", ("j", "r")),
        AnswerPair(CaseQuestion("b", "q1"), "sufficient", "insufficient", ("r", "l")),
    ]  # fmt: skip
    found = Agreement(pairs)
    assert {q: (one.agreed, one.n) for q, one in found.by(lambda p: [p.asked.question]).items()} == {
        "q1": (1, 2),
        "q2": (0, 1),
    }
    assert {r: (one.agreed, one.n) for r, one in found.by(lambda p: p.readers).items()} == {
        "j": (1, 2),
        "l": (0, 1),
        "r": (1, 3),
    }


def counted(sufficient: int, n: int) -> QuestionScore:
    question = next(iter(frameworks()[DEFAULT_FRAMEWORK].questions.values()))
    return QuestionScore(question, sufficient, n - sufficient, 0, 0, 0)


def test_whether_a_change_exceeds_chance() -> None:
    assert exceeds_chance(counted(1, 10), counted(11, 15)) is True, "pre-release work, the report's own example"
    assert exceeds_chance(counted(45, 60), counted(48, 60)) is False
    assert exceeds_chance(counted(0, 0), counted(5, 5)) is None
    assert exceeds_chance(counted(600, 1000), counted(500, 1000)) is True


def test_newcombes_interval_is_the_published_one() -> None:
    """56 of 70 against 48 of 80: 0.0524 to 0.3339 (Newcombe 1998, method 10): nought is outside, as it is printed."""
    assert difference(counted(48, 80), counted(56, 70)) == pytest.approx((5.24, 33.39), abs=0.01)
    assert exceeds_chance(counted(9, 10), counted(10, 10)) is False


def test_a_finding_that_says_otherwise_than_its_figure_is_told() -> None:
    finding = entry("FindingWritten", criterion="B1", text="It deteriorated slightly.", direction="deteriorated")
    assert isinstance(finding, FindingWritten)
    assert CheckedFinding(finding, 46, 55).agrees is False
    assert CheckedFinding(finding, 55, 46).agrees is True
    assert CheckedFinding(finding, None, 55).agrees is None
    assert (direction(1, 2), direction(2, 1), direction(2, 2), direction(None, 2)) == (
        "improved", "deteriorated", "unchanged", None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("sufficient", "n", "share"),
    [(60, 60, "in all cases"), (15, 15, "in all 15 relevant cases"), (47, 60, "in 78% of cases (47 of 60)"),
     (11, 15, "in 73% of relevant cases (11 of 15)"), (0, 12, "in none of the 12 relevant cases"),
     (0, 1, "in none of the 1 relevant case"), (0, 60, "in none of the 60 cases")],
)  # fmt: skip
def test_a_draft_is_a_sentence_that_holds_its_figure(sufficient: int, n: int, share: str) -> None:
    now = counted(sufficient, n)
    alone = DraftFinding(now, None, None, as_printed(frameworks()[DEFAULT_FRAMEWORK], now.score), None, 60)
    assert alone.sentence() == f"Risk of harm was assessed at the start with an approved instrument {share}."
    assert "with high risk of harm cases, in 4 of 11" in replace(alone, high=counted(4, 11)).sentence()


@pytest.mark.parametrize(
    ("before", "now", "same", "said", "direction"),
    [
        ((10, 60), (50, 60), True, ", an improvement on 17% in the previous inspection.", "improved"),
        ((50, 60), (10, 60), True, ", as against 83% in the previous inspection.", "deteriorated"),
        ((30, 60), (30, 60), True, ", as in the previous inspection.", "unchanged"),
        ((30, 60), (32, 60), True, "; 50% in the previous inspection, a difference within chance.", None),
        ((32, 60), (30, 60), True, "; 53% in the previous inspection, a difference within chance.", None),
        ((10, 60), (50, 60), False, "; 17% in the previous inspection, not adjusted for its other evidence.", None),
        ((30, 60), (30, 60), None, "; 50% in the previous inspection, not adjusted for its other evidence.", None),
    ],
)
def test_a_draft_says_a_direction_only_beyond_chance_and_on_the_same_evidence(
    before: tuple[int, int], now: tuple[int, int], same: bool | None, said: str, direction: str | None
) -> None:
    """Newcombe's interval of 17 and 83 % of 60 leaves nought out; that of 50 and 53 % does not."""
    was, is_now, framework = counted(*before), counted(*now), frameworks()[DEFAULT_FRAMEWORK]
    draft = DraftFinding(
        is_now, was, None, as_printed(framework, is_now.score), as_printed(framework, was.score), 60, same
    )
    assert draft.sentence("previous inspection").endswith(said)
    assert draft.direction == direction


# ---------------------------------------------------------------- the interval of a criterion


def told(*rows: str) -> list[list[Answer]]:
    """Cases by their answers to the questions of B2: s, i or - (not applicable)."""
    said: dict[str, Any] = {"s": "sufficient", "i": "insufficient", "-": "not_applicable"}
    framework = frameworks()[DEFAULT_FRAMEWORK]
    asked = next(c for c in framework.criteria if c.id == "B2").questions
    return [[Answer(q, said[x], "derived", ()) for q, x in zip(asked, row, strict=True)] for row in rows]


def interval_of_b2(*rows: str) -> Interval:
    cases = told(*rows)
    return intervals(score(frameworks()[DEFAULT_FRAMEWORK], cases), cases)["B2"]


def test_the_interval_of_one_question_is_wilsons() -> None:
    assert interval_of_b2(*["s-"] * 11, *["i-"] * 4) == pytest.approx(wilson(11, 15))


def test_questions_that_go_together_tell_no_more_than_one_and_independent_ones_do() -> None:
    one = wilson(10, 20)
    assert one is not None
    together = interval_of_b2(*["ss"] * 10, *["ii"] * 10)
    apart = interval_of_b2(*["ss"] * 5, *["si"] * 5, *["is"] * 5, *["ii"] * 5)
    against = interval_of_b2(*["si"] * 10, *["is"] * 10)
    assert together == pytest.approx(one)
    assert apart[1] - apart[0] == pytest.approx((one[1] - one[0]) / 2**0.5)
    assert against == pytest.approx((50, 50)), "each case makes up for itself"


def test_a_sections_interval_has_its_figure_and_the_lowest_criterion_its_own() -> None:
    cases = told(*["ss"] * 8, *["si"] * 2)
    for name in ("esi-2003", "omi-2006", "hmip-2018"):
        framework = frameworks()[name]
        found = score(framework, cases)
        given_ = intervals(found, cases)
        for figure, exact in [(c.criterion.id, c.score) for c in found.criteria] + [
            (s.section.id, s.score) for s in found.sections
        ]:
            assert (figure in given_) == (exact is not None)
            assert exact is None or given_[figure][0] <= float(exact) <= given_[figure][1]
        for section in found.sections:
            assert section.score is None or sum(of_section(framework, section).values()) == pytest.approx(1)


# ---------------------------------------------------------------- frameworks on the base of another


@pytest.mark.parametrize("name", ["omi-2006", "hmip-2018"])
def test_a_framework_on_the_base_of_another_asks_the_same_questions(name: str) -> None:
    base, built = frameworks()[DEFAULT_FRAMEWORK], frameworks()[name]
    assert built.questions == base.questions
    assert [clause.id for clause in built.expectations] == [clause.id for clause in base.expectations]
    assert built.takes_answers_of(DEFAULT_FRAMEWORK) and not base.takes_answers_of(name)
    assert built.sure == "U" and built.remark


def test_bands_begin_where_they_say() -> None:
    present = frameworks()["hmip-2018"]
    found = [present.band(score) for score in (0, 49, 50, 64, 65, 79, 80, 100)]
    assert [band and band.title for band in found] == [
        "Inadequate", "Inadequate", "Requires improvement", "Requires improvement", "Good", "Good", "Outstanding",
        "Outstanding",
    ]  # fmt: skip
    assert present.band(None) is None


@pytest.mark.parametrize(
    ("printed", "bands"),
    [(None, []), (0, ["Inadequate"]), (44, ["Inadequate"]), (45, ["Inadequate", "Requires improvement"]),
     (50, ["Inadequate", "Requires improvement"]), (55, ["Inadequate", "Requires improvement"]),
     (56, ["Requires improvement"]), (60, ["Requires improvement", "Good"]), (75, ["Good", "Outstanding"]),
     (85, ["Good", "Outstanding"]), (86, ["Outstanding"]), (100, ["Outstanding"])],
)  # fmt: skip
def test_discretion_reaches_as_far_as_the_framework_says(printed: int | None, bands: list[str]) -> None:
    present = frameworks()["hmip-2018"]
    own = present.band(printed)
    assert banded(present, printed).within_reach == bands
    assert banded(replace(present, discretion=()), printed).within_reach == [band.title for band in [own] if band]


def banded(framework: Framework, printed: int | None, *adjusted: Entry) -> SectionBand:
    """The band of the framework's first section with this score, in an inspection with these adjustments."""
    exact = None if printed is None else Fraction(printed)
    found = Score(framework, 1, (SectionScore(framework.sections[0], (), exact, printed),))
    opened = entry("InspectionOpened", title="T", area="A", framework="hmip-2018")
    return section_bands(Inspection.of([opened, *adjusted]), found)[0]


def test_an_adjusted_band_stands_only_while_the_score_is_near_enough() -> None:
    present = frameworks()["hmip-2018"]
    adjusted = entry("RatingAdjusted", criterion=present.sections[0].id, to="Good", reason="context")
    for printed, stands in (
        (61, "Good"),
        (59, "Requires improvement"),
        (70, "Good"),
        (71, "Good"),
        (86, "Outstanding"),
    ):
        assert banded(present, printed, adjusted).title == stands
    assert banded(present, None, adjusted).title is None


# ---------------------------------------------------------------- who reads, by id

TWINS = [
    entry("AssessorNamed", assessor="J Hartnell", role="hm_inspector", assessor_id=key)
    for key in ("j.hartnell", "j.hart2")
]
GIVEN = entry("ReadingAllocated", case=DRAWN.cases[0], assessor="J Hartnell", assessor_id="j.hartnell")


def test_two_assessors_of_one_name_are_two_people_where_the_entries_give_ids() -> None:
    found = Inspection.of([OPENED, FRAME, DRAW, *TWINS, GIVEN])
    assert set(found.assessors) == {"j.hartnell", "j.hart2"} and found.called("j.hart2") == "J Hartnell"
    assert found.tasks_of("j.hartnell") == [(DRAWN.cases[0], False)]
    assert found.tasks_of("j.hart2") == found.tasks_of("J Hartnell") == []
    second = {"case": DRAWN.cases[0], "assessor": "J Hartnell", "second": True}
    check(found, entry("ReadingAllocated", **second, assessor_id="j.hart2"))
    for key in ("j.hart2", None):
        with pytest.raises(refusals.Refused, match="is not allocated to"):
            check(found, entry("ReadingCompleted", case=DRAWN.cases[0], assessor="J Hartnell", assessor_id=key))
    check(found, entry("ReadingCompleted", case=DRAWN.cases[0], assessor="Another Name", assessor_id="j.hartnell"))


def test_cases_are_shared_out_by_key_and_never_to_the_second_reader() -> None:
    again = entry("ReadingAllocated", case=DRAWN.cases[0], assessor="J Hartnell", second=True, assessor_id="j.hart2")
    found = Inspection.of([OPENED, FRAME, DRAW, *TWINS, again])
    assert Counter(found.shared_out().values()) == {"j.hartnell": 2, "j.hart2": 2}
    assert found.shared_out()[DRAWN.cases[0], False] == "j.hartnell"


def test_second_readings_that_were_drawn_are_shared_out_and_never_to_the_first_reader() -> None:
    firsts = [
        entry("ReadingAllocated", case=case, assessor="J Hartnell", assessor_id="j.hartnell" if number % 2 else "j.hart2")
        for number, case in enumerate(DRAWN.cases)
    ]  # fmt: skip
    drawn = entry("SampleDrawn", **SAMPLE, repeats="the draw of this test")
    found = Inspection.of([OPENED, FRAME, drawn, *TWINS, *firsts])
    shared = found.shared_out(second=True)
    assert found.second_drawn and set(shared) == {(case, True) for case in found.second_drawn}
    assert all(reader != found.allocated[case, False] for (case, _), reader in shared.items())
    case, other = found.second_drawn[0], shared[found.second_drawn[0], True]
    assert (case, True) not in found.shared_out({(case, other)}, second=True), "not in spite of a conflict"
    assert Inspection.of([OPENED, FRAME, drawn, *TWINS]).shared_out(second=True) == {}, (
        "the first reader is known before"
    )


def test_a_file_without_ids_reads_as_before() -> None:
    found = Inspection.of([*READY, FIRST])
    assert set(found.assessors) == {"J Hartnell", "R Pascoe"} and found.tasks_of("J Hartnell") == [
        (DRAWN.cases[0], False)
    ]


def test_a_calibration_is_read_by_each_assessor_and_is_no_reading_of_the_sample() -> None:
    found = Inspection.of([*READY, NAMED_OUT, CALIBRATED])
    assert (
        found.to_calibrate("R Pascoe") == [OUT]
        and found.to_calibrate("J Hartnell") == found.to_calibrate("Nobody") == []
    )
    assert found.calibration.readers(OUT) == ["J Hartnell"] and found.completed == {} and OUT not in found.sample
    check(found, entry("ReadingCompleted", case=OUT, assessor="R Pascoe", calibration=True))


def test_what_a_new_draw_takes_is_no_case_of_calibration_any_more() -> None:
    (spare, *_) = DRAWN.spares
    named = Inspection.of([OPENED, FRAME, DRAW, NAMED_OUT, entry("CalibrationNamed", case="Z999999/1")])
    again = Inspection.of([OPENED, FRAME, NAMED_OUT, entry("CalibrationNamed", case=spare), DRAW])
    assert named.calibration.cases == [OUT, "Z999999/1"] and again.calibration.cases == [OUT]
