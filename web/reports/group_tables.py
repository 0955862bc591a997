"""The table of differences by gender, ethnic group and disability."""

from collections.abc import Sequence

from domain.policy.measures.measure import Measure
from projections.reports.disclosure import FEW
from projections.reports.measure_figures import ReportRequest
from projections.reports.protected_groups import ATTRIBUTES, Group
from web.reports.measure_phrases import beside_said, period_words
from web.reports.share_columns import SHARE_COLUMNS, measure_link, share_cells
from web.reports.table_model import Heading, Table, TableRow


def differences_table(found: Sequence[tuple[Measure, Sequence[Group]]], asked: ReportRequest) -> Table:
    """One group a row. A group that is withheld has no figure."""
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
            against = beside_said(group.figure, group.others, group.against) if group.others is not None else None
            more = {"attribute": group.attribute, "group": group.value}
            opens = {} if group.figure.withheld else {"share": measure_link(measure, asked.scope, asked.period, **more)}
            cells = [group.people, *share_cells(group.figure), against]
            rows.append(TableRow([measure.title, measure.id, group.attribute, group.value, *cells], opens))
    says = (
        f"Duties that fell due {period_words(asked.period)}, by the person's gender, ethnic group (census of 2001) and "
        "disability."
    )
    if asked.rounded:
        says += f" Groups are told where each place that is told holds {FEW} people of every one."
    if absent:
        says += f" Nothing fell due, or nothing can be told: {'; '.join(absent)}."
    none = "Nothing fell due in that time, or nothing can be told."
    return Table("differences", "By gender, ethnic group and disability", headings, rows, says, none)
