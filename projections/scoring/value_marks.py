"""What a score rests on: which questions are answered by values that nobody found in a public source."""

from datetime import date

from domain.policy.frameworks.framework import Framework, Question


def marks_of(question: Question, framework: Framework, on: date) -> frozenset[str]:
    """The marks (of F, R, U, P) of the values by which duties that arise on a day answer a question; none: no duty does."""
    asked = {*question.required, *(question.derive.clauses if question.derive else ())}
    return frozenset(v.sure for c in framework.clauses if c.id in asked and c.in_force(on) for v in c.values)


def resting_on(framework: Framework, on: date) -> dict[str, list[str]]:
    """For each mark but F the ids of the questions that rest on such values, in the framework's order."""
    marks = {question.id: marks_of(question, framework, on) for question in framework.questions.values()}
    found = {mark: [name for name, of in marks.items() if mark in of] for mark in "RUP"}
    return {mark: names for mark, names in found.items() if names}
