"""The tables of the scorecard: ranks, lines, targets, and what a case record cannot answer."""

from fractions import Fraction

from domain.policy.measures.scorecard_targets import Scorecard
from projections.reports.measure_figures import ReportRequest
from projections.reports.scorecard import RankChange, Ranking
from web.reports.measure_phrases import period_words, sure_said
from web.reports.share_columns import SHARE_COLUMNS, measure_link, share_cells
from web.reports.table_model import Heading, Link, Table, TableRow


def scorecard_tables(card: Scorecard, found: Ranking | None, asked: ReportRequest) -> list[Table]:
    """The tables of the scorecard: ranks of places, their lines, what changed each rank, targets, what is missing."""
    moved = found.places if found else []
    ranked = moved if found and found.is_ranked else []
    ranks = [
        TableRow(
            [m.now.rank, m.now.scope.name, _score(m.now.score), m.was.rank, _score(m.was.score), moved_said(m)],
            {"name": Link("compliance.report", {"name": "scorecard", "of": m.now.scope.spelled})},
        )
        for m in ranked
    ]
    lines = [
        TableRow(
            [m.now.scope.name, line.target.title, *share_cells(line.figure), Fraction(line.target.target, 100),
             line.target.weight, None if line.earned is None else round(float(line.earned), 2)],
            {"share": measure_link(line.target.measure, m.now.scope, asked.period)},
        )
        for m in moved
        for line in m.now.lines
    ]  # fmt: skip
    targets = [
        TableRow([t.title, t.measure.title, Fraction(t.target, 100), t.weight, t.citation, sure_said(t.sure, t.remark)],
            {"measure": Link("compliance.measure", {"name": t.measure.id})})
        for t in card.targets
    ]  # fmt: skip
    unmeasured = [TableRow([n.title, n.why, n.citation, sure_said(n.sure, n.remark)]) for n in card.not_measured]
    level = found.level.capitalize() if found else "Place"
    return [
        Table(
            "ranks", f"{card.title}: ranks",
            [Heading("rank", "Rank", "number"), Heading("name", level), Heading("score", "Score", "number"),
             Heading("rank_before", "Rank before", "number"), Heading("score_before", "Score before", "number"),
             Heading("moved", "What moved it")],
            ranks, f"{card.method} Duties that fell due {period_words(asked.period)}; before: {period_words(asked.before)}.",
            "Officers are not ranked and have no score." if moved else "Nothing fell due in that time.",
        ),
        Table(
            "lines", "Line by line",
            [Heading("name", level), Heading("line", "Line"), *SHARE_COLUMNS, Heading("target", "Target", "percent"),
             Heading("weight", "Weight", "number"), Heading("earned", "Earned", "number")],
            lines,
        ),
        Table(
            "targets", "Targets and weights",
            [Heading("line", "Line"), Heading("measure", "Measure"), Heading("target", "Target", "percent"),
             Heading("weight", "Weight", "number"), Heading("citation", "Where it is printed"), Heading("sure", "How sure")],
            targets,
        ),
        Table(
            "not-measured", "What a case record cannot answer",
            [Heading("line", "Target"), Heading("why", "Why not"), Heading("citation", "Where it is named"),
             Heading("sure", "How sure")],
            unmeasured,
        ),
    ]  # fmt: skip


def _score(score: Fraction | None) -> float | None:
    return None if score is None else round(float(score), 1)


def moved_said(moved: RankChange) -> str:
    """``rank 1, was 2: Enforcement +12.0, Compliance -1.5 points``."""
    if moved.now.score is None or moved.was.score is None:
        return "nothing to compare"
    lines = ", ".join(f"{by.target.title} {float(by.points):+.1f}" for by in moved.by[:4]) or "no line changed"
    return f"{lines} (points of the score)"
