"""The fields that a form fills in, and the choices that it offers, for the person signed in."""

from typing import Any

from domain.accounts.roles import Account
from domain.entries.case_entries import Entry, QualityJudged
from web.recording.entry_forms import Field
from web.services import current_cases, current_inspections


def filled_in(fact_type: type[Entry], who: Account) -> dict[str, Any]:
    """The fields that the service fills in from the account: nobody can sign for another person."""
    if fact_type is QualityJudged:
        return {
            "framework": current_cases.framework().id,
            "by": who.name,
            "by_id": who.username,
            "role": who.judges_as,
            "second": False,
        }
    signature = {"by": who.name, "by_id": who.username, "grade": who.signs_as}
    return {name: signature[name] for name in fact_type.use.signed if name in signature}


def offered(field: Field, who: Account) -> Field:
    """The field with its choices, where the type of entry does not list them: questions and inspections."""
    if field.name == "question":
        options = tuple(
            (q.id, f"{c.id}: {q.text}") for c in current_cases.framework().criteria for q in c.questions
        )  # fmt: skip
        return Field(field.name, "choice", "Question", True, "", options)
    if field.name == "inspection":
        options = tuple(
            (name, opened.title)
            for name, opened in current_inspections.inspections().items()
            if current_inspections.assesses(name)
        )
        hint = "" if who.inspects else "Leave empty for your own audit"
        return Field(field.name, "choice", "Inspection", who.inspects, hint, options)
    return field
