"""The tables of the page on enforcement: its steps, where they stick by place, and the paths from absence to breach."""

from collections.abc import Sequence
from typing import Any

from domain.entries.code_lists import label
from projections.reports.enforcement_paths import STEPS
from projections.reports.measure_figures import ReportRequest
from projections.reports.proportions import Proportion
from projections.reports.told_paths import PathFigure, PlaceSteps, StepFigure
from web.reports.measure_tables import days_reached
from web.reports.share_columns import WITHHELD_CELL, moment_values
from web.reports.table_model import Heading, Link, Table, TableRow

_WAITED = ("Working days, half within", "Working days, 90% within")


def steps_table(found: Sequence[StepFigure], asked: ReportRequest) -> Table:
    """Each step: how many came to it, how many were taken, and how long that took."""
    headings = [
        Heading("line", "Step"), Heading("n", "Fell due", "number"), Heading("done", "Taken", "number"),
        Heading("not_done", "Not taken yet", "number"), Heading("share_done", "Share taken", "percent"),
        Heading("share_in_time", "In time", "percent"), *(Heading(f"wait_{n}", words, "number") for n, words in enumerate(_WAITED)),
    ]  # fmt: skip
    return Table(
        "steps", "The steps", headings, [_step_row(one, asked) for one in found],
        "Of the duties that fell due in that time: how many were met, in time or late. Days are working days from the day the "
        "duty arose to the day it was met; those not met yet count as longer.",
        "No absence or failure called for anything in that time.",
    )  # fmt: skip


def _step_row(one: StepFigure, asked: ReportRequest) -> TableRow:
    waits = (days_reached(one.waits, one.waits.median), days_reached(one.waits, one.waits.ninetieth))
    if one.done.withheld:
        return TableRow((one.step.title, *[WITHHELD_CELL] * 5, *waits))
    n, done, share = one.done.n, one.done.held, _share(one.done)
    cells = (one.step.title, n, done, n - done, share, _share(one.in_time), *waits)
    return TableRow(cells, {"n": _duties(one.step.clauses[0], asked)} if n and len(one.step.clauses) == 1 else {})


def _duties(clause: str, asked: ReportRequest) -> Link:
    return Link(
        "compliance.duties", {"clause": clause, "of": asked.scope.spelled or None, **moment_values(asked.period)}
    )


def _share(figure: Proportion) -> Any:
    if figure.withheld:
        return WITHHELD_CELL
    return figure.share if figure.n else None


def places_table(found: Sequence[PlaceSteps], asked: ReportRequest) -> Table:
    """Where the steps stick: the share of each that was taken, by place."""
    headings = [Heading("name", "Place"), *(Heading(step.id, step.title, "percent") for step in STEPS)]
    rows = [
        TableRow(
            (one.scope.name, *map(_share, one.done)),
            {"name": Link("process.show", {"of": one.scope.spelled, "months": asked.months})},
        )
        for one in found
    ]
    return Table(
        "places", "Where they stick", headings, rows, "How much of each step was taken, of what fell due in that time.",
        "There is one place only.",
    )  # fmt: skip


def paths_table(found: Sequence[PathFigure], asked: ReportRequest) -> Table:
    """The paths from absence to breach."""
    headings = [
        Heading("line", "Path"), Heading("outcome", "Decided as"), Heading("n", "Absences", "number"),
        Heading("share", "Share", "percent"), *(Heading(f"wait_{n}", words, "number") for n, words in enumerate(_WAITED)),
        Heading("stops", "Still to come"),
    ]  # fmt: skip
    rows = [
        TableRow(
            (one.title, label(one.outcome) if one.outcome else "", one.n, one.share, one.waits.median, one.waits.ninetieth,
             "yes" if one.stopped else ""),
            {"n": Link("compliance.paths", {
                "ending": one.ending, "outcome": one.outcome or None, "of": asked.scope.spelled or None,
                **moment_values(asked.period),
            })},
        )
        for one in found
    ]  # fmt: skip
    return Table(
        "paths", "The paths", headings, rows, "Each absence that began in that time, by where its path ended or has stopped. Days "
        "are working days from the absence to that end.", "No absence began in that time.",
    )  # fmt: skip
