"""The table of differences by gender, ethnic group and disability, with small groups suppressed."""

from collections.abc import Sequence
from typing import Any

from domain.policy.measures.measure import Measure
from projections.reports.measure_figures import ReportRequest
from projections.reports.protected_groups import ATTRIBUTES, Group
from projections.reports.small_numbers import FEW
from web.reports.measure_phrases import beside_said, period_words
from web.reports.share_columns import SHARE_COLUMNS, measure_link, share_cells
from web.reports.table_model import Heading, Table, TableRow

SUPPRESSED_CELL = "suppressed"


def differences_table(found: Sequence[tuple[Measure, Sequence[Group]]], asked: ReportRequest) -> Table:
    """One group a row. A suppressed group is marked and has no figure."""
    headings = [
        Heading("measure", "Measure"), Heading("measure_id", "Measure id", where="file"), Heading("attribute", "By"),
        Heading("group", "Group"), Heading("people", "People", "number"), *SHARE_COLUMNS,
        Heading("against_others", "Against the others"),
    ]  # fmt: skip
    rows, absent = [], []
    for measure, groups in found:
        shown = {group.attribute for group in groups}
        gone = [attribute for attribute in ATTRIBUTES if attribute not in shown]
        if gone:
            absent.append(f"{measure.title} (by {' or '.join(gone)})")
        for group in groups:
            opens = {}
            if group.figure is None:
                cells: list[Any] = [SUPPRESSED_CELL, None, None, None, None, None, None, None]
            else:
                against = beside_said(group.figure, group.others) if group.others is not None else None
                cells = [group.people, *share_cells(group.figure), against]
                more = {"attribute": group.attribute, "group": group.value}
                opens["share"] = measure_link(measure, asked.scope, asked.period, **more)
            rows.append(TableRow([measure.title, measure.id, group.attribute, group.value, *cells], opens))
    says = (
        f"Duties that fell due {period_words(asked.period)}, by the person's gender, ethnic group (census of 2001) and "
        f"disability. A group of fewer than {FEW} people is suppressed, and so is another where the first could be worked "
        f"out from what is shown, also beside other numbers of months up to the same day; where nothing can be "
        f"shown without giving a small group away, nothing is."
    )
    if absent:
        says += f" Not shown at all, for that or because nothing fell due: {'; '.join(absent)}."
    none = f"Fewer than {FEW} people count here, or nothing fell due in that time."
    return Table("differences", "By gender, ethnic group and disability", headings, rows, says, none)
