"""The first headline result: the two samples print every figure of the report, and honestly.

The figures are the report's (Follow-up report on Gloucestershire, 2006): the scoring summary sheet on both sides, and
each single-question figure that its text gives.
"""

import json
from collections.abc import Collection
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from domain.store.application import Files
from projections.cases.case_repository import CaseRepository
from projections.inspections.published_figures import figures
from projections.inspections.sample_scores import ScoredSample, score_inspection
from projections.scoring.scores import QuestionScore, printed
from web.cli import main
from web.demo import FOLLOW_UP, ORIGINAL, lines, write_samples
from web.inspections import publication
from web.inspections import publish_samples as samples
from web.inspections.publish_samples import publish_samples
from web.presentation.pdf_writer import NoPdf

SHEET = {
    "gloucestershire-2004": {
        "B1": 46, "B2": 79, "B3": 53, "B4": 69, "B": 61, "C1": 79, "C2": 58, "C3": 82, "C4": 45, "C5": 60, "C": 67,
    },
    "gloucestershire-2005": {
        "B1": 55, "B2": 89, "B3": 48, "B4": 75, "B": 66, "C1": 71, "C2": 50, "C3": 79, "C4": 74, "C5": 47, "C": 63,
    },
}  # fmt: skip


@pytest.fixture(scope="session")
def original(demo_book: CaseRepository) -> ScoredSample:
    return score_inspection(demo_book, "gloucestershire-2004")


@pytest.fixture(scope="session")
def follow_up(demo_book: CaseRepository) -> ScoredSample:
    return score_inspection(demo_book, "gloucestershire-2005")


def percent(scored: ScoredSample, question: str, *, high: bool = False) -> int | None:
    score = scored.high_risk if high else scored.score
    return printed(scored.framework, score.questions[question].score)


def of(question: QuestionScore) -> tuple[int, int]:
    return question.sufficient, question.n


def sheet(scored: ScoredSample) -> dict[str, int | None]:
    sections = {s.section.id: s.printed for s in scored.score.sections}
    return {c.criterion.id: c.printed for c in scored.score.criteria} | sections


@pytest.mark.parametrize("inspection", SHEET)
def test_the_scoring_summary_sheet_comes_out_as_printed(demo_book: CaseRepository, inspection: str) -> None:
    assert sheet(score_inspection(demo_book, inspection)) == SHEET[inspection]


def test_the_samples_are_about_sixty_cases_eleven_of_them_high_risk_of_harm(
    original: ScoredSample, follow_up: ScoredSample
) -> None:
    assert (original.score.cases, follow_up.score.cases) == (60, 60)
    assert follow_up.high_risk.cases == 11


@pytest.mark.parametrize(
    ("question", "figure"),
    [
        ("interventions-fit-risk-of-harm", 80),
        ("risk-of-harm-assessment-quality", 67),
        ("likelihood-score-present", 100),
        ("likelihood-score-on-time", 78),
        ("record-well-organised", 76),
        ("appointments-sufficiently-frequent", 71),
        ("breach-or-recall-on-time", 52),
        ("absences-judged-appropriately", 76),
        ("victim-issues-addressed", 50),
        ("methods-considered", 75),
        ("pre-release-work", 73),
        ("child-protection-involvement", 67),
        ("interventions-appropriate-to-risk", 73),
    ],
)
def test_each_figure_in_the_text_of_the_follow_up(follow_up: ScoredSample, question: str, figure: int) -> None:
    assert percent(follow_up, question) == figure


def test_the_figures_of_the_original_that_the_follow_up_quotes(original: ScoredSample) -> None:
    assert percent(original, "record-well-organised") == 60
    assert percent(original, "absences-judged-appropriately") == 87
    assert of(original.score.questions["pre-release-work"]) == (1, 10)


def test_the_counts_in_the_text(follow_up: ScoredSample) -> None:
    questions = follow_up.score.questions
    assert of(questions["pre-release-work"]) == (11, 15)
    assert questions["risk-of-harm-assessed-at-start"].absent == 4
    assert questions["plan-reviewed"].absent == 12


def test_high_risk_of_harm(original: ScoredSample, follow_up: ScoredSample) -> None:
    assert percent(follow_up, "appointments-sufficiently-frequent", high=True) == 55
    assert percent(original, "appointments-sufficiently-frequent", high=True) == 58, "slightly worse than originally"
    assert of(follow_up.high_risk.questions["change-in-risk-dealt-with"]) == (1, 5)
    assert percent(follow_up, "sufficient-management-oversight", high=True) == 36
    child_protection = follow_up.high_risk.questions["child-protection-involvement"]
    assert child_protection.insufficient == 3


def test_what_the_report_says_in_words(original: ScoredSample, follow_up: ScoredSample) -> None:
    b1 = [q.id for q in follow_up.framework.sections[0].criteria[0].questions]
    for question in b1:
        whole, high = follow_up.score.questions[question].score, follow_up.high_risk.questions[question].score
        assert whole is not None and high is not None
        if question == "risk-of-harm-reviewed":
            assert high > whole, "reviews alone were more frequent at high risk of harm"
        else:
            assert high < whole, f"{question} was lower at high risk of harm"
    before, now = original.score.questions, follow_up.score.questions
    assert now["manager-involved-in-assessment"].sufficient == 2 * before["manager-involved-in-assessment"].sufficient
    worse = ["objectives-smart", "appropriate-interventions-planned", "victim-issues-addressed", "work-prioritised"]
    better = [
        "initial-plan-satisfactory",
        "review-content-sufficient",
        "liaison-with-others",
        "literacy-needs-addressed",
    ]
    for question in worse:
        assert (now[question].score or 0) < (before[question].score or 0), question
    for question in better:
        assert (now[question].score or 0) > (before[question].score or 0), question


def rescore(tmp_path: Path, change: object) -> dict[str, int | None]:
    """The follow-up's sheet after the lines of its file went through ``change``."""
    path = tmp_path / "changed.ndjson"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines(FOLLOW_UP) if change(line)), encoding="utf-8")  # type: ignore[operator]
    database = str(tmp_path / "changed.sqlite")
    CliRunner().invoke(main, ["import", str(path), "--database", database])
    arguments = ["score", "--inspection", FOLLOW_UP.inspection, "--format", "json", "--database", database]
    result = CliRunner().invoke(main, arguments)
    document = json.loads(result.output)
    return {c["id"]: c["score"] for c in document["criteria"]}


def test_one_fact_changed_moves_the_score_as_it_must(tmp_path: Path, follow_up: ScoredSample) -> None:
    """One case loses its likelihood score: 59 of 60 have one, 46 on time; B2 is 87.5 and nothing else moves."""
    before = {c.criterion.id: round(float(c.score or 0), 2) for c in follow_up.score.criteria}
    in_time = next(
        r.reference
        for r in follow_up.readings
        for a in r.answers
        if a.question.id == "likelihood-score-on-time" and a.answer == "sufficient"
    )

    def drop(line: dict[str, object]) -> bool:
        if line.get("case") == in_time:
            line.pop("likelihood_of_reoffending", None)
        return not (line.get("case") == in_time and line.get("instrument") == "ogrs2")

    after = rescore(tmp_path, drop)
    assert after["B2"] == pytest.approx((100 * 59 / 60 + 100 * 46 / 60) / 2, abs=0.01)
    assert {k: v for k, v in after.items() if k != "B2"} == {k: v for k, v in before.items() if k != "B2"}


def test_one_judgement_turned_moves_its_criterion_only(tmp_path: Path, follow_up: ScoredSample) -> None:
    before = {c.criterion.id: round(float(c.score or 0), 2) for c in follow_up.score.criteria}
    turned = []

    def turn(line: dict[str, object]) -> bool:
        if not turned and line.get("question") == "methods-considered" and line.get("answer") == "insufficient":
            line["answer"] = "sufficient"
            turned.append(line)
        return True

    after = rescore(tmp_path, turn)
    assert after["C4"] == pytest.approx(before["C4"] + 100 / 60 / 2, abs=0.01)
    assert {k: v for k, v in after.items() if k != "C4"} == {k: v for k, v in before.items() if k != "C4"}


def test_hindsight_differs_from_the_file_as_it_stood(demo_book: CaseRepository) -> None:
    """Some reviews were written up, and some absences accepted, only after the inspection."""
    stood = score_inspection(demo_book, FOLLOW_UP.inspection)
    from projections.history.moment import Moment

    hindsight = score_inspection(demo_book, FOLLOW_UP.inspection, Moment(FOLLOW_UP.sample_date, None))
    plan = "plan-reviewed"
    assert hindsight.score.questions[plan].sufficient > stood.score.questions[plan].sufficient
    assert hindsight.score.questions["breach-or-recall-on-time"].n < stood.score.questions["breach-or-recall-on-time"].n


def test_the_same_seed_writes_the_same_files(tmp_path: Path, sample_files: Path) -> None:
    for path in write_samples(tmp_path):
        assert path.read_bytes() == (sample_files / path.name).read_bytes()
    assert len({line["case"] for s in (ORIGINAL, FOLLOW_UP) for line in lines(s) if "case" in line}) == 120


@pytest.mark.parametrize("inspection", SHEET)
def test_the_samples_are_published_with_the_figures_of_the_report(demo_book: CaseRepository, inspection: str) -> None:
    """So all readers may see their sheets; what is published is what the record gives."""
    found = demo_book.inspection(inspection)
    assert found.frozen is not None and found.published is not None
    assert found.published.figures == figures(found, score_inspection(demo_book, inspection).score)
    printed_as = {figure.of: figure.printed for figure in found.published.figures}
    assert {of: printed_as[of] for of in SHEET[inspection]} == {of: f"{n}%" for of, n in SHEET[inspection].items()}
    assert demo_book.files.recorder.hash_at(found.published.position) == found.published.hash
    assert found.published.recorded_at > found.frozen.recorded_at


def test_publishing_the_samples_again_changes_nothing(own_database: Path) -> None:
    with closing(Files.open(str(own_database))) as files:
        before = files.recorder.head()
        assert publish_samples(files, datetime.now(UTC)) == 0 and files.recorder.head() == before


def test_the_samples_are_published_where_no_pdf_can_be_made(
    own_database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demonstration needs no library of the system; another failure is not passed over."""
    asked: list[Collection[str]] = []

    def without_pango(*of: object, leaving_out: Collection[str] = (), **more: object) -> None:
        asked.append(leaving_out)
        if not leaving_out:
            raise publication.NotMade("pdf", failed) from failed

    as_it_is = CaseRepository.inspection
    monkeypatch.setattr(CaseRepository, "inspection", lambda book, name: replace(as_it_is(book, name), published=None))
    monkeypatch.setattr(samples, "publish", without_pango)
    with closing(Files.open(str(own_database))) as files:
        failed: Exception = NoPdf("no Pango")
        assert publish_samples(files, datetime.now(UTC)) == 0
        assert asked == [(), ("pdf",)] * 2
        failed = ValueError("no glyph")
        with pytest.raises(publication.NotMade):
            publish_samples(files, datetime.now(UTC))
