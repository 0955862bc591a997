"""The table of answers to questions: those on the record, and those of each inspection."""

from collections.abc import Callable, Sequence

from domain.policy.measures.measure import Measure
from projections.reports.measure_figures import ReportRequest
from projections.reports.proportions import WITHHELD, Proportion
from projections.reports.told_counts import Told
from projections.scoring.scores import QuestionScore
from web.presentation.formatting import count_noun, percent
from web.reports.share_columns import SHARE_COLUMNS, measure_link, share_cells
from web.reports.table_model import Heading, Link, Table, TableRow


def judged_table(
    measures: Sequence[Measure],
    of_record: Callable[[Measure], Told],
    of_inspections: Callable[[Measure], Sequence[tuple[str, str, QuestionScore | None]]],
    asked: ReportRequest,
) -> Table:
    """The answers to questions: those on the record, and those of each inspection at its own sample date."""
    headings = [
        Heading("measure", "Measure"), Heading("measure_id", "Measure id", where="file"), Heading("source", "Judged in"),
        *(h._replace(words="Sufficient") if h.name == "held" else h for h in SHARE_COLUMNS),
        Heading("absent", "Of the others, nothing there", "number"), Heading("says", "In words"),
    ]  # fmt: skip
    rows = []
    for measure in measures:
        told = of_record(measure)
        counts = told.at(asked.holds)
        figure = told.figure(asked.holds)
        absent = None if figure.withheld else 0 if counts is None else max(0, int(counts[2]))
        rows.append(
            TableRow(
                [measure.title, measure.id, "the record, every case", *share_cells(figure), absent,
                 judged_said(figure, absent)],
                {"share": measure_link(measure, asked.scope, asked.period)},
                True,
            )
        )  # fmt: skip
        for name, title, q in of_inspections(measure):
            found, missing = (WITHHELD, None) if q is None else (Proportion(q.sufficient, q.n), q.absent)
            rows.append(
                TableRow(
                    [measure.title, measure.id, title, *share_cells(found), missing, judged_said(found, missing)],
                    {"share": Link("inspections.question", {"inspection": name, "question": measure.question,
                                                            "as_at": None, "known": None})},
                )
            )  # fmt: skip
    says = (
        "Judgements are made in audits and inspections. A judgement that names an inspection counts in its figures alone, "
        "read at its own sample date; the record holds those that name none. Where what is judged is not there at all, "
        "the case is insufficient without being judged."
    )
    return Table("judged", "As judged", headings, rows, says)


def judged_said(figure: Proportion, absent: int | None) -> str | None:
    """A sentence: how many cases were judged, and of how many the figure is; None where it is withheld."""
    if absent is None:
        return None
    judged = figure.n - absent
    if not judged:
        return "nobody has judged this yet" + (f"; {count_noun(absent, 'case')} had nothing to judge" if absent else "")
    return f"{count_noun(judged, 'case')} judged, {percent(figure.score)} of {figure.n} sufficient"
