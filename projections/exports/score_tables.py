"""Answers and scores of an export: of its cases, as at its day and as known then, under each framework asked for."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from domain.policy.frameworks.framework import Framework
from projections.columns.case_answers import AnswerBlock
from projections.columns.case_selection import CaseSelection, Groups
from projections.columns.column_schema import Array
from projections.columns.score_counts import case_blocks, count_answers
from projections.exports.exported_fields import Field, ForeignKey, Table
from projections.exports.ledger_fields import CASE, OF_CASE
from projections.exports.pseudonyms import Pseudonyms
from projections.scoring.scores import QuestionScore, Score, printed
from projections.scoring.verdicts import VERDICTS

FRAMEWORKS = "the framework's document: table questions, field citation"

FRAMEWORK = Field("framework", "text", "Framework", "Id of the framework", cite=FRAMEWORKS, required=True)

ANSWERS = Table(
    "answers", "Answers", "The answer of each case to each question, on the as-at day and as known at the known-at of this export: "
    "from the entries, or as a person judged. Only cases that had begun by then", (
        CASE, FRAMEWORK,
        Field("question", "text", "Question", "Id of the question", cite=FRAMEWORKS, required=True),
        Field("answer", "text", "Answer", "Sufficient, insufficient, not applicable, or not answered: nothing says so",
              cite="caseaudit, docs/frameworks.md", required=True),
        Field("absent", "flag", "Absent", "Whether it is insufficient because what was required is missing altogether",
              cite="caseaudit, docs/frameworks.md", required=True),
    ), ("case", "framework", "question"), (OF_CASE, ForeignKey(("framework", "question"), "questions", ("framework", "question"))),
)  # fmt: skip

COUNTS = ("sufficient", "insufficient", "not_applicable", "not_answered", "absent")

SCORES = Table(
    "scores", "Scores", "The answers counted: exact, unrounded, and of places however small", (
        FRAMEWORK,
        Field("level", "text", "Level", "Whose cases are counted: all cases, area, division or team", required=True),
        Field("place", "text", "Place", "The name of the place that holds them on the as-at day; empty: all cases"),
        Field("of", "text", "Score of", "Question, criterion or section", required=True),
        Field("id", "text", "Id", "Of the question, criterion or section", cite=FRAMEWORKS, required=True),
        Field("cases", "whole", "Cases", "How many cases are counted", "cases", required=True),
        *(Field(name, "whole", name.replace("_", " ").capitalize(), "How many answers of this kind; of questions only. Absent ones "
                "are insufficient too", "answers", "caseaudit, docs/frameworks.md") for name in COUNTS),
        Field("score", "number", "Score", "The exact score; empty: no case is relevant", "per cent", FRAMEWORKS),
        Field("printed", "whole", "Score as printed", "As the framework rounds it", "per cent", FRAMEWORKS),
        Field("low", "number", "Lower end", "Of the 95 % interval (Wilson); of questions only", "per cent",
              "caseaudit, docs/frameworks.md"),
        Field("high", "number", "Upper end", "Of the same", "per cent", "caseaudit, docs/frameworks.md"),
    ), ("framework", "level", "place", "of", "id"),
)  # fmt: skip

LEVELS = ("area", "division", "team")

_WORDS = pa.array([verdict.replace("_", " ") for verdict in VERDICTS], pa.string())


def answer_tables(
    selection: CaseSelection, cases: Array, frameworks: Sequence[Framework], pseudonyms: Pseudonyms
) -> Iterator[Any]:  # fmt: skip
    """The answers of these cases (for each case whether it is taken), a table for each question and block of cases."""
    of = np.where(cases & selection.there, 0, -1)
    if not (of >= 0).any():
        return
    for block in case_blocks(of):
        block = block[of[block] >= 0]
        ids = pa.array(
            [pseudonyms.of("case", selection.columns.references[case]) for case in block.tolist()], pa.string()
        )
        for framework in frameworks:
            answered = AnswerBlock(framework, selection, block)
            for name, question in framework.questions.items():
                found = answered.answer(question)
                yield pa.table({
                    "case": ids, "framework": _same(framework.id, len(block)), "question": _same(name, len(block)),
                    "answer": pa.DictionaryArray.from_arrays(pa.array(found.verdict.astype(np.int32)), _WORDS),
                    "absent": pa.array(np.asarray(found.absent, bool)),
                })  # fmt: skip


def _same(text: str, length: int) -> Any:
    """A column with the same text in every row."""
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(length, np.int32)), pa.array([text], pa.string()))


def score_rows(selection: CaseSelection, cases: Array, frameworks: Sequence[Framework]) -> list[dict[str, Any]]:
    """The scores of these cases: of all, and of each area, division and team that holds some on the day."""
    taken, found = cases & selection.there, list[dict[str, Any]]()
    for framework in frameworks:
        for level in ("all cases", *LEVELS):
            every = selection.groups((level,)) if level in LEVELS else Groups([("",)], np.zeros(len(taken), np.int32))
            counts = count_answers(framework, selection, Groups(every.keys, np.where(taken, every.of, -1)))
            for at, (place, *_) in enumerate(every.keys):
                if counts.cases[at]:
                    found += _rows(framework, level, place or None, counts.score(at))
    return found


def _rows(framework: Framework, level: str, place: str | None, score: Score) -> Iterator[dict[str, Any]]:
    where = {"framework": framework.id, "level": level, "place": place, "cases": score.cases}
    for question in score.questions.values():
        yield where | {"of": "question", "id": question.question.id, **_of_question(framework, question)}
    for criterion in score.criteria:
        yield where | {"of": "criterion", "id": criterion.criterion.id, **_figures(criterion.score, criterion.printed)}
    for section in score.sections:
        yield where | {"of": "section", "id": section.section.id, **_figures(section.score, section.printed)}


def _of_question(framework: Framework, score: QuestionScore) -> dict[str, Any]:
    interval = score.interval
    return {
        **{name: getattr(score, name) for name in COUNTS},
        **_figures(score.score, printed(framework, score.score)),
        "low": interval and interval.low,
        "high": interval and interval.high,
    }


def _figures(score: Any, whole: int | None) -> dict[str, Any]:
    return {"score": None if score is None else float(score), "printed": whole}
