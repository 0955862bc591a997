"""The fields that a form fills in, and the choices that it offers, for the person signed in."""

from dataclasses import replace
from typing import Any

from domain.accounts.roles import Account
from domain.entries import code_lists
from domain.entries.case_entries import Entry, QualityJudged
from domain.policy.standards.edition_files import national_standards
from web.presentation.formatting import sentence
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
            "prompts": [],
            "calibration": False,
        }
    signature = {"by": who.name, "by_id": who.username, "grade": who.signs_as}
    return {name: signature[name] for name in fact_type.use.signed if name in signature}


def offered(field: Field, who: Account) -> Field:
    """The field with its choices: those that the type of entry does not list (questions, inspections), outcomes in their order."""
    if field.name == "question":
        options = tuple(
            (q.id, f"{c.id}: {q.text}") for c in current_cases.framework().criteria for q in c.questions
        )  # fmt: skip
        return Field(field.name, "choice", "Question", True, "", options)
    if field.name == "clause":
        said = {clause.id: clause.subject for clause in national_standards().clauses}
        options = tuple(
            (id, f"{sentence(said[id])}: {id.replace('-', ' ')}") for id in sorted(said, key=said.__getitem__)
        )
        return Field(field.name, "choice", field.label, True, "", options)
    if field.name == "inspection":
        options = tuple(
            (name, opened.title)
            for name, opened in current_cases.repository().inspections.items()
            if current_inspections.assesses(name)
        )
        hint = "" if who.inspects else "Leave empty for your own audit"
        return Field(field.name, "choice", "Inspection", who.inspects, hint, options)
    if set(code_lists.USUAL_OUTCOMES) <= set(dict(field.options)):
        return _usual_first(field)
    return field


def _usual_first(field: Field) -> Field:
    """The question for an outcome: what most appointments come to, then the other outcomes."""
    words = dict(field.options)
    others = [code for code in words if code not in code_lists.USUAL_OUTCOMES]
    options = tuple((code, words[code]) for code in (*code_lists.USUAL_OUTCOMES, *others))
    return replace(field, label="What became of it", options=options, usual=len(code_lists.USUAL_OUTCOMES))
