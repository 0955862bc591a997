"""The answers of an inspection as a table: a row for each case and question, each with what the report was made from."""

from collections.abc import Sequence

from projections.cases.case_reading import Reading
from web.inspections.report_data import InspectionReport
from web.presentation.table_files import Column, Download, notes

ANSWER = ("Case", "Criterion", "Question", "Text", "Answer", "Basis", "Nothing there", "Other basis")
"""The columns of an answer; those of the stamp follow."""

CASES = "Cases"
"""The column that says how many cases of the sample are in the file: a reader is given those that are open to them."""


def answers_table(made: InspectionReport, readings: Sequence[Reading]) -> Download:
    """The answers of these readings of the inspection."""
    stamp = [*made.stamp.pairs(), (CASES, cases_words(len(readings), made))]
    framework = made.scored.framework
    rows = [
        (r.reference, framework.criterion_of(a.question.id).id, a.question.id, a.question.text, a.answer, a.basis,
         a.absent, a.other, *(value for _, value in stamp))
        for r in readings
        for a in r.answers
    ]  # fmt: skip
    columns = [Column(name) for name in (*ANSWER, *(name for name, _ in stamp))]
    return Download(
        made.opened.title, columns, rows, notes(made.scored.moment, *stamp), [r.reference for r in readings]
    )  # fmt: skip


def cases_words(shown: int, made: InspectionReport) -> str:
    """How many of the sample's cases a file of answers holds."""
    return f"{shown} of {len(made.scored.readings)}"
