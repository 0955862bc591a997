"""Tables with a clause a row: where training is needed, and what each clause asks and how often it is met."""

from collections.abc import Mapping

from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, frameworks
from projections.reports.comparison import Comparison
from projections.reports.measure_figures import ReportRequest
from projections.reports.proportions import WITHHELD, Proportion, Scope
from projections.reports.training_needs import TrainingNeed, TrainingNeeds
from web.presentation.comparison_words import AGAINST, HOW_COMPARED
from web.reports.measure_phrases import period_words, scope_words
from web.reports.share_columns import SHARE_COLUMNS, share_cells, short_cells
from web.reports.table_model import Heading, Link, Table, TableRow

MOST_LINES = 60
"""The most clauses that a page lists where chance may explain the difference. A file has all of them."""


def needs_tables(found: TrainingNeeds, asked: ReportRequest) -> list[Table]:
    """Two tables: where training is needed, and everything else."""
    headings = [
        Heading("level", "Level"), Heading("name", "Whose"), Heading("team", "Team"), Heading("clause", "Clause"), *SHARE_COLUMNS,
        Heading("area_share", "Area", "percent"), Heading("area_held", "Area: met", "number", "file"),
        Heading("area_n", "Area: of", "number", "file"), Heading("against", "Against the area"),
    ]  # fmt: skip

    def row(need: TrainingNeed) -> TableRow:
        scope = Scope(need.level, need.name)
        values = {"clause": need.clause, "of": scope.spelled, "since": asked.period.since.isoformat()}
        return TableRow(
            [need.level, need.name, need.team, need.clause, *share_cells(need.figure), *short_cells(need.area),
             AGAINST[need.against]],
            {"share": Link("compliance.duties", values), "clause": Link("handbook.clause", {"clause": need.clause})},
        )  # fmt: skip

    says = f"Duties that fell due {period_words(asked.period)}, met in time, against the whole area of each."
    return [
        Table(
            "below", "Missed more often than in the area, by more than chance", headings, [row(n) for n in found.below],
            f"{says} {HOW_COMPARED}", "No team and no officer misses a clause more often than the area by more than chance.",
        ),
        Table(
            "others", "Everything else, where chance may be all", headings, [row(n) for n in found.others],
            f"{says} A figure far below the area on few duties is no finding.", most=MOST_LINES,
        ),
    ]  # fmt: skip


def expectations_table(
    own: Mapping[str, Proportion],
    area: Mapping[str, Proportion],
    against: Mapping[str, Comparison | None],
    asked: ReportRequest,
) -> Table:
    """The clauses of standards and framework under which any duty fell due, in their order. ``against``: the rest of the area."""
    framework = frameworks()[DEFAULT_FRAMEWORK]
    headings = [
        Heading("clause", "Clause"), Heading("says", "What it asks"), Heading("of", "Of"), *SHARE_COLUMNS,
        Heading("area_share", "Area", "percent"), Heading("against_area", "Against the area"),
    ]  # fmt: skip
    rows = []
    for clause in {clause.id: clause for clause in framework.clauses if clause.id in own}.values():
        figure, whole = own[clause.id], area.get(clause.id, WITHHELD)
        values = {"clause": clause.id, "of": asked.scope.spelled or None, "since": asked.period.since.isoformat()}
        whose = "national standards" if clause.of_standards else framework.title
        rows.append(
            TableRow(
                [clause.id, clause.says, whose, *share_cells(figure), share_cells(whole)[0],
                 AGAINST[against.get(clause.id)]],
                {"clause": Link("handbook.clause", {"clause": clause.id}), "share": Link("compliance.duties", values)},
            )
        )  # fmt: skip
    says = (
        f"Duties that fell due {period_words(asked.period)}, met in time. A clause leads to its words in the handbook. "
        f"{HOW_COMPARED}"
    )
    return Table("expectations", scope_words(asked.scope), headings, rows, says)
