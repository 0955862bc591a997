"""An entry of a file as answers give it: what it says, its three times, and what became of it."""

from typing import Any

from domain.aggregates.other_file_ids import file_named
from domain.entries.case_entries import Entry
from domain.entries.schemas import dump_entry
from domain.store.stored_entries import Stored
from projections.cases.entry_timeline import TimelineEntry
from projections.history.history import History
from web.api.answer_fields import ANY, by_name, day, flag, instant, many, part, said, texts, whole
from web.api.api_query import Answer
from web.api.entry_refs import EntryRefSchema, entry_ref
from web.presentation.fact_words import claim_words, fact_details, fact_named, fact_references, fact_title, stored_words
from web.services import current_cases
from web.site import access_control


class StoredSchema(Answer):
    """How this service stored an entry."""

    at = instant("When.")
    by = said("The account that stored it, by the name of its holder; null: none is named.", null=True)
    source = said("The source from which it came; null: it was recorded here.", "samples", null=True)
    late = flag("Whether that was longer after its recording than is normal for the source.")
    taken_over = flag("Whether it came with the first load of its source, which never counts as late.")
    days_after_recording = whole("Whole days from its recording to its storing.", 0)
    says = said("The same in words.")


class DetailSchema(Answer):
    """Something that an entry says."""

    name = said("The field in words.", "Instrument")
    value = said("Its value in words; empty where it names entries.", "OASys")
    entries = many(EntryRefSchema, "The entries that it names.")


class AddedEntrySchema(Answer):
    """An entry of the case, or of another file of its person that says something of the person."""

    entry = part(EntryRefSchema, "Which entry it is.")
    type = said("The type of entry.", "AppointmentMade")
    title = said("What it is, in words.", "Appointment made")
    occurred_on = day("The first time: the day on which it happened.", "2005-07-25")
    recorded_at = instant("The second time: when it was recorded.")
    recorded_by = said("Who recorded it; null: nobody is named, or it is in another file of this person.", null=True)
    stored = part(
        StoredSchema,
        "The third time: how it was stored here; null: not told, in another file of this person.",
        null=True,
    )
    details = many(DetailSchema, "What it says; empty for an entry of another file of this person.")


class EntrySchema(AddedEntrySchema):
    """An entry of the file as it is read at the moment."""

    id = said("Its id.", "0014")
    kind = said("The heading under which it is recorded.", "Assessment and risk")
    corrected = flag("Whether another entry corrected it: it stands here as corrected.")
    withdrawn = flag("Whether another entry withdrew it.")
    working_days_late = whole(
        "Working days from the day it happened to its recording, where that is late; 0: it is not.", 0
    )
    claims = texts("What the records from which it came say of its storing there.")
    content = by_name("The entry in its form of interchange, as an export has it.", ANY)


def stored_answer(stored: Stored) -> dict[str, Any]:
    """The fields of ``StoredSchema``."""
    by = stored.by
    return {
        "at": stored.at, "by": access_control.recorder_name(by.account) or None, "source": by.source or None,
        "late": stored.late, "taken_over": stored.taken_over, "days_after_recording": stored.days,
        "says": stored_words(stored, access_control.recorder_name),
    }  # fmt: skip


def added_entry(reference: str, fact: Entry, history: History) -> dict[str, Any]:
    """The fields of ``AddedEntrySchema``. ``history``: of the case, which was opened; an entry of another file says less."""
    elsewhere = file_named(fact.entry) is not None
    stored = current_cases.stored_here(reference, fact.entry)
    told = stored is not None and (not elsewhere or current_cases.file_shown(fact.entry) is not None)
    return {
        "entry": entry_ref(fact.entry, history), "type": type(fact).__name__, "title": fact_title(fact),
        "occurred_on": fact.occurred_on, "recorded_at": fact.recorded_at,
        "recorded_by": None if elsewhere else access_control.recorder_name(fact.recorded_by) or None,
        "stored": stored_answer(stored) if stored is not None and told else None,
        "details": [] if elsewhere else _details(fact, history),
    }  # fmt: skip


def timeline_entry(reference: str, item: TimelineEntry, history: History) -> dict[str, Any]:
    """The fields of ``EntrySchema``."""
    fact = item.fact
    return added_entry(reference, fact, history) | {
        "entry": {"entry": fact.entry, "case": None, "says": fact_named(fact)}, "id": fact.entry,
        "kind": fact.use.form_group, "corrected": item.corrected, "withdrawn": item.withdrawn,
        "working_days_late": item.working_days_late, "claims": claim_words(fact), "content": dump_entry(fact),
        "stored": None if item.stored is None else stored_answer(item.stored),
    }  # fmt: skip


def _details(fact: Entry, history: History) -> list[dict[str, Any]]:
    named = fact_references(fact)
    return [
        {
            "name": name, "value": "" if name in named else value,
            "entries": [entry_ref(one, history) for one in named.get(name, ())],
        }
        for name, value in fact_details(fact)
    ]  # fmt: skip
