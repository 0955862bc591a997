"""The table of answers to questions: those on the record, and those of each inspection."""

from collections.abc import Callable, Mapping, Sequence

from domain.policy.measures.measure import Measure
from projections.ledger.ledger import Place
from projections.reports.duty_results import Verdicts
from projections.reports.measure_figures import ReportRequest
from projections.reports.proportions import Proportion
from projections.scoring.scores import QuestionScore
from web.presentation.formatting import count_noun, percent
from web.reports.share_columns import SHARE_COLUMNS, measure_link, share_cells
from web.reports.table_model import Heading, Link, Table, TableRow


def judged_table(
    measures: Sequence[Measure],
    of_record: Callable[[Measure], Mapping[Place, Verdicts]],
    of_inspections: Callable[[Measure], Sequence[tuple[str, str, QuestionScore]]],
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
        cases = [verdicts for place, verdicts in of_record(measure).items() if asked.holds(place)]
        figure = Proportion(sum(c.sufficient for c in cases), sum(c.n for c in cases))
        absent = sum(c.absent for c in cases)
        rows.append(
            TableRow(
                [measure.title, measure.id, "the record, every case", *share_cells(figure), absent,
                 judged_said(figure, absent)],
                {"share": measure_link(measure, asked.scope, asked.period)},
                True,
            )
        )  # fmt: skip
        for name, title, q in of_inspections(measure):
            found = Proportion(q.sufficient, q.n)
            rows.append(
                TableRow(
                    [measure.title, measure.id, title, *share_cells(found), q.absent, judged_said(found, q.absent)],
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


def judged_said(figure: Proportion, absent: int) -> str:
    """A sentence: how many cases were judged, and of how many the figure is."""
    judged = figure.n - absent
    if not judged:
        return "nobody has judged this yet" + (f"; {count_noun(absent, 'case')} had nothing to judge" if absent else "")
    return f"{count_noun(judged, 'case')} judged, {percent(figure.score)} of {figure.n} sufficient"
