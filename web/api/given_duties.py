"""A duty as answers give it: its clause and citation, its dates, its state, and the entries that raised and met it."""

from datetime import date
from typing import Any, get_args

from projections.history.history import History
from projections.obligations.arranged import arranged_on
from projections.obligations.duty_state import STATES, Obligation
from projections.obligations.interruptions import Interruption, interruption
from web.api.answer_fields import code, day, flag, many, part, said, whole
from web.api.api_query import Answer
from web.api.entry_refs import EntryRefSchema, entry_ref, entry_ref_or_none
from web.cases.kept_words import kept_words
from web.presentation.answer_reasons import why
from web.presentation.duty_sentences import duty_sentence
from web.presentation.json_documents import obligation_document

SURE = ("F", "R", "U", "P")


class DutyFactsSchema(Answer):
    """A duty under a clause on one case, as at a day."""

    clause = said("The id of the clause.", "plan-review")
    edition = said("The edition of the standards.", "2005")
    subject = said("Its subject.", "contact")
    of_standards = flag("Whether the national standards ask for it; false: the framework alone does.")
    asks = said("What the clause asks.")
    citation = said("Where its limit is printed.")
    sure = code("How sure the limit is: found, recalled, unsure, or our own (policy).", *SURE)
    state = code("Its state on the day.", *STATES, null=True)
    arises_on = day("The day on which it begins.", "2005-07-25")
    due_on = day(
        "The last day on which meeting it is in time; null: while nobody knows the day of release.",
        "2005-11-14",
        null=True,
    )
    met_on = day("The day on which it was met; null: not by this day.", null=True)
    ended_on = day("The day from which it no longer applies; null: it does.", null=True)
    window = flag("Whether it is a time for contact, which cannot be made good after it is due.")
    days_late = whole("Working days late; 0: it is not.", 0)
    dispensed_until = day("The last day for which it is dispensed with; null: for good, or it is not.", null=True)


class DutySchema(DutyFactsSchema):
    """The same on the case itself: with why, and the entries that raised and met it."""

    says = said("The duty in a sentence, as at the day.")
    why = said("From when it counts, when it was due, and what became of it.")
    kept = said("Of appointments that met a time for contact: how many were kept; empty: not of this kind.")
    interruption = code(
        "What kept the person from being seen in most of its time; null: nothing.", *get_args(Interruption), null=True
    )
    arranged_on = day("The day of an appointment still to come that would meet it; null: none is booked.", null=True)
    raised_by = part(EntryRefSchema, "The entry that raised it; null: none did.", null=True)
    met_by = many(EntryRefSchema, "The entries that met it by the day, each once.")


def duty_facts(duty: Obligation, on: date) -> dict[str, Any]:
    """The fields of ``DutyFactsSchema``."""
    document = obligation_document(duty, on)
    return {name: document[name] for name in _DOCUMENTED} | {
        "subject": duty.clause.subject, "of_standards": duty.clause.of_standards, "asks": duty.clause.says, "window": duty.window,
    }  # fmt: skip


_DOCUMENTED = (
    "clause", "edition", "citation", "sure", "state", "arises_on", "due_on", "met_on", "ended_on", "days_late", "dispensed_until",
)  # fmt: skip


def duty_answer(duty: Obligation, on: date, history: History) -> dict[str, Any]:
    """The fields of ``DutySchema``, of a duty on a case that was opened. ``history``: of the case."""
    kept_from, arranged = interruption(duty, history), arranged_on(duty, history, on)
    return duty_facts(duty, on) | {
        "says": duty_sentence(duty, on, history=history, arranged_on=arranged).text,
        "why": why(duty, on, interruption=kept_from),
        "kept": kept_words(duty, history.appointments),
        "interruption": kept_from,
        "arranged_on": arranged,
        "raised_by": entry_ref_or_none(duty.raised_by, history),
        "met_by": [entry_ref(one, history) for one in dict.fromkeys(obligation_document(duty, on)["met_by_entries"])],
    }
