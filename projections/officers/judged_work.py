"""How the work on some cases was judged outside inspections: question by question, the last judgement of each case."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from domain.policy.frameworks.framework_files import frameworks
from projections.cases.case_snapshot import CaseSnapshot
from projections.ledger.ledger import JudgementRow

LATELY = timedelta(days=365)
"""How far back judgements count (a parameter)."""


class JudgedQuestion(NamedTuple):
    """A question and how many of the cases judged by it are sufficient. ``last_on``: the day of the last judgement."""

    text: str
    sufficient: int
    n: int
    last_on: date


def judged_questions(cases: Iterable[CaseSnapshot], day: date) -> list[JudgedQuestion]:
    """The questions in order of their text. What was judged not to apply does not count."""
    last: dict[tuple[str, str, str], JudgementRow] = {}
    for case in cases:
        for row in case.judgements:  # in the order of their days
            if day - LATELY < row.judged_on <= day:
                last[row.framework, row.question, case.reference] = row
    found: dict[tuple[str, str], list[JudgementRow]] = {}
    for (framework, question, _), row in last.items():
        if row.answer != "not_applicable":
            found.setdefault((framework, question), []).append(row)
    return sorted(_together(*of, rows) for of, rows in found.items())


def _together(framework: str, question: str, rows: list[JudgementRow]) -> JudgedQuestion:
    asked = frameworks()[framework].questions.get(question) if framework in frameworks() else None
    sufficient = sum(row.answer == "sufficient" for row in rows)
    return JudgedQuestion(asked.text if asked else question, sufficient, len(rows), max(row.judged_on for row in rows))
