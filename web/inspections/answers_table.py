"""The answers of an inspection as a table: a row for each case and question, each with what the report was made from."""

from collections.abc import Sequence

from domain.policy.frameworks.framework import Framework
from projections.cases.case_reading import Reading
from projections.scoring.answers import Answer
from web.inspections.report_data import InspectionReport
from web.presentation.table_files import Column, Download, notes

ANSWER = ("Case", "Criterion", "Question", "Text", "Answer", "Basis", "Nothing there", "Other basis")
"""The columns of an answer; those of the stamp follow."""

PROMPTS, UNIT = "Prompts", "Unit"
"""The columns of a framework with prompts (what was noted on them, which makes no answer), and of one that adds up units."""

CASES = "Cases"
"""The column that says how many cases of the sample are in the file: a reader is given those that are open to them."""


def answers_table(made: InspectionReport, readings: Sequence[Reading]) -> Download:
    """The answers of these readings of the inspection."""
    stamp = [*made.stamp.pairs(), (CASES, cases_words(len(readings), made))]
    framework = made.scored.framework
    of_answer = answer_columns(framework)
    rows = [
        (*(cell for name, cell in _cells(framework, r, a).items() if name in of_answer), *(value for _, value in stamp))
        for r in readings
        for a in r.answers
    ]
    columns = [Column(name) for name in (*of_answer, *(name for name, _ in stamp))]
    return Download(
        made.opened.title, columns, rows, notes(made.scored.moment, *stamp), [r.reference for r in readings]
    )  # fmt: skip


def answer_columns(framework: Framework) -> tuple[str, ...]:
    """The columns of an answer in a file of answers under this framework."""
    noted = (PROMPTS,) if any(question.prompts for question in framework.questions.values()) else ()
    return (*ANSWER, *noted, *((UNIT,) if framework.has_units else ()))


def _cells(framework: Framework, reading: Reading, answer: Answer) -> dict[str, object]:
    """Every column that an answer may have, with its cell."""
    asked = answer.question
    cells = reading.reference, framework.criterion_of(asked.id).id, asked.id, asked.text, answer.answer, answer.basis
    said = dict(zip(ANSWER, (*cells, answer.absent, answer.other), strict=True))
    return {**said, PROMPTS: prompts_words(answer), UNIT: reading.unit}


def prompts_words(answer: Answer) -> str:
    """What the reader noted on the prompts of a key question, such as ``a: yes; b: no``; empty where nothing was noted."""
    return "; ".join(f"{one.prompt}: {one.answer}" for one in answer.judged.prompts) if answer.judged else ""


def cases_words(shown: int, made: InspectionReport) -> str:
    """How many of the sample's cases a file of answers holds."""
    return f"{shown} of {len(made.scored.readings)}"
