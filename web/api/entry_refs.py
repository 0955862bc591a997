"""How answers name an entry of a case: by id and in words, and of the person's other files no more than the reader may see."""

from typing import Any

from domain.aggregates.other_file_ids import file_named
from projections.history.history import History
from web.api.answer_fields import said
from web.api.api_query import Answer
from web.presentation.fact_words import entry_of, fact_named
from web.services import current_cases

GONE = "an entry that does not stand any more, or is not on the file as it is read here"


class EntryRefSchema(Answer):
    """An entry that something else names."""

    entry = said("Its id; null: it is in another file of this person, which is not open to you.", "0014", null=True)
    case = said(
        "The case in whose file it is, where that is another file of this person that is open to you; null: in this file, or "
        "not open to you.",
        null=True,
    )
    says = said("What it is, in words.", "25 Jul 2005: Appointment made, office")


def entry_ref(entry: str, history: History) -> dict[str, Any]:
    """An entry that a duty, a notice or another entry of a case names. ``history``: of that case."""
    file = file_named(entry)
    if file is None:
        fact = entry_of(history, entry)
        return {"entry": entry, "case": None, "says": GONE if fact is None else fact_named(fact)}
    shown = current_cases.file_shown(entry)
    says = current_cases.named_entry(entry)
    return {"entry": entry.rpartition("#")[2] if shown else None, "case": shown, "says": says}


def entry_ref_or_none(entry: str | None, history: History) -> dict[str, Any] | None:
    return None if entry is None else entry_ref(entry, history)
