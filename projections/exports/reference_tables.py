"""The tables of an export that hold no case: clauses and questions, with what they say and where it is printed."""

from collections.abc import Iterator
from typing import Any

from domain.policy.cited_documents import MARKS
from domain.policy.frameworks.framework_files import frameworks
from projections.exports.exported_fields import Field, Table
from projections.obligations.clause_catalogue import catalogue

CLAUSES = Table(
    "clauses", "Clauses", "The clauses by which duties are laid: the national standards, edition by edition, and what the "
    "frameworks expect besides", (
        Field("clause", "text", "Clause", "Edition and id", required=True),
        Field("edition", "text", "Edition", "The edition of the standards, or the framework", required=True),
        Field("id", "text", "Id", "The id; a clause that means the same has it in every edition", required=True),
        Field("subject", "text", "Subject", "What it is about, such as contact or enforcement", required=True),
        Field("kind", "text", "Kind", "Which of the kinds of clause it is", cite="caseaudit, docs/standards.md", required=True),
        Field("says", "text", "Says", "What it asks, in a sentence", required=True),
        Field("of_standards", "flag", "Of the standards", "Whether the national standards lay it; else a framework expects it",
              required=True),
        Field("starts_on", "day", "In force from", "For duties that arise on or after this day; empty: at any time"),
        Field("ends_before", "day", "In force before", "For duties that arise before this day; empty: still"),
        Field("citation", "text", "Citation", "Where its value is printed; of several rows each once", required=True),
        Field("sure", "text", "How sure", "Found, recalled, unsure or ours; of several rows each once",
              cite="caseaudit, docs/standards.md", required=True),
    ), ("clause",),
)  # fmt: skip

QUESTIONS = Table(
    "questions", "Questions", "The questions of the inspection frameworks", (
        Field("framework", "text", "Framework", "Id of the framework", required=True),
        Field("question", "text", "Question", "Id of the question", required=True),
        Field("text", "text", "Text", "The question", required=True),
        Field("criterion", "text", "Criterion", "Id of its criterion", required=True),
        Field("section", "text", "Section", "Id of its section", required=True),
        Field("scored_by", "text", "Scored by", "Derived from the entries, or judged by a person",
              cite="caseaudit, docs/frameworks.md", required=True),
        Field("citation", "text", "Citation", "Where it is printed", required=True),
        Field("sure", "text", "How sure", "Found, recalled, unsure or ours", cite="caseaudit, docs/frameworks.md",
              required=True),
    ), ("framework", "question"),
)  # fmt: skip


def clause_rows() -> Iterator[dict[str, Any]]:
    """A row for each clause of the catalogue."""
    for name, clause in zip(catalogue().names, catalogue().clauses, strict=True):
        yield {
            "clause": name, "edition": clause.edition, "id": clause.id, "subject": clause.subject, "kind": clause.kind,
            "says": clause.says, "of_standards": clause.of_standards, "starts_on": clause.start, "ends_before": clause.end,
            "citation": "; ".join(dict.fromkeys(value.citation or value.cite for value in clause.values)),
            "sure": "; ".join(dict.fromkeys(MARKS[value.sure] for value in clause.values)),
        }  # fmt: skip


def question_rows() -> Iterator[dict[str, Any]]:
    """A row for each question of each framework."""
    for framework in frameworks().values():
        for section in framework.sections:
            for criterion in section.criteria:
                for question in criterion.questions:
                    yield {
                        "framework": framework.id, "question": question.id, "text": question.text, "criterion": criterion.id,
                        "section": section.id, "scored_by": question.scored_by,
                        "citation": ", ".join(filter(None, (framework.sources.get(question.cite, question.cite), question.source))),
                        "sure": MARKS[question.sure],
                    }  # fmt: skip
