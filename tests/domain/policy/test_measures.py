"""Measures, reports and the scorecard: they load, they cite, and a document with a fault is refused by name and line."""

import re
from pathlib import Path

import pytest

from domain.policy.cited_documents import PolicyError
from domain.policy.frameworks import DEFAULT_FRAMEWORK, frameworks
from domain.policy.measures import FOLDER, read_reports, reports
from domain.policy.measures.scorecards import read_scorecard, scorecard
from tests.support.repository import ROOT

REPORTS = (FOLDER / "reports.yaml").read_text(encoding="utf-8")
CARD = (FOLDER / "scorecard-2004-05.yaml").read_text(encoding="utf-8")
SOURCE = ROOT / "docs" / "reports.md"


def test_each_of_the_ten_recommendations_has_its_page() -> None:
    assert sorted(r.recommendation for r in reports().reports.values() if r.recommendation) == list(range(1, 11))


def test_every_measure_is_used_cited_and_of_clauses_that_there_are() -> None:
    known = {clause.id for clause in frameworks()[DEFAULT_FRAMEWORK].clauses}
    used = {m.id for report in reports().reports.values() for m in report.measures}
    for measure in reports().measures.values():
        assert measure.id in used
        assert measure.citation and (measure.remark or measure.sure != "U")
        assert set(measure.clauses) <= known and bool(measure.clauses) != bool(measure.question)


def test_the_scorecard_names_every_target_of_the_report() -> None:
    lines = " ".join(t.title for t in (*scorecard().targets, *scorecard().not_measured)).lower()
    for name in ("enforcement", "compliance", "programme completions", "ecp completions", "dtto", "basic skills",
                 "sickness", "victim contact", "psr timeliness"):  # fmt: skip
        assert name in lines
    assert all(t.sure == "U" and t.remark for t in scorecard().targets), "the report prints neither target nor weight"


def test_the_guide_describes_every_report_and_measure() -> None:
    said = SOURCE.read_text(encoding="utf-8")
    missing = [name for name in (*reports().reports, *reports().measures) if f"`{name}`" not in said]
    assert missing == []


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("clauses: [plan-review]", "clauses: [plan-revue]", "'plan-reviewed-in-time': measures.clauses: 'plan-revue' is no clause"),
        ("    cite: ns\n    sure: F\n  - id: decision-in-time", "    sure: F\n  - id: decision-in-time", "without a citation"),
        ("    cite: ns\n    sure: F\n  - id: decision-in", "    cite: book\n    sure: F\n  - id: decision-in",
         "'book' is not among the sources"),
        ("question: victim-issues-addressed", "question: victims", "expected a question of esi-2003"),
        ("counts: wait", "counts: days", "counts"),
        ("  - id: plan-in-time", "  - id: plan-reviewed-in-time", "stands twice"),
        ("measures: [court-report-in-time]", "measures: [court-reports]", "there is no measure 'court-reports'"),
        ("recommendation: 9", "recommendation: 12", "recommendation"),
    ],
)  # fmt: skip
def test_a_fault_in_the_reports_is_refused(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    path = tmp_path / "reports.yaml"
    assert was in REPORTS
    path.write_text(REPORTS.replace(was, becomes, 1), encoding="utf-8")
    with pytest.raises(PolicyError, match=re.escape(said)) as refused:
        read_reports(path)
    assert re.search(r"reports\.yaml line \d+", str(refused.value))


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("measure: breach-in-time", "measure: breach-wait", "is no measure that counts a share"),
        ("target: 90", "target: 900", "target"),
        ("    weight: 2\n", "", "weight"),
        ("    cite: esi\n    sure: U\n", "    sure: U\n", "without a citation"),
    ],
)
def test_a_fault_in_the_scorecard_is_refused(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    path = tmp_path / "card.yaml"
    assert was in CARD
    path.write_text(CARD.replace(was, becomes, 1), encoding="utf-8")
    with pytest.raises(PolicyError, match=re.escape(said)):
        read_scorecard(path)
