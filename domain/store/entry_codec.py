"""How entries are written in the store: as JSON under a fixed topic, ciphertexts behind it; and read again."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from eventsourcing.persistence import Mapper, StoredEvent

from domain.aggregates.case_file import RecordedEntry
from domain.entries import action_entries, export_entries, person_entries, record_entries, signing_entries
from domain.entries.case_entries import ENTRY_TYPES, Entry
from domain.entries.inspection_entries import PolicyKept
from domain.entries.register_entries import RegisterEntry, register_types
from domain.entries.tidy_text import tidied
from domain.sealing.sealing import entry_part, with_tail
from domain.store.hash_chain import ChainedEvent


def topic_of(entry_type: type[Entry] | type[RegisterEntry]) -> str:
    """The name of a type in the store, such as ``case.appointment_outcome_recorded``. It never changes."""
    words = re.sub(r"(?<!^)(?=[A-Z])", "_", entry_type.__name__).lower()
    return f"{entry_type.kept_on}.{words}"


_TOPICS = {entry_type: topic_of(entry_type) for entry_type in ENTRY_TYPES.values()}
_DECODERS = {topic: msgspec.json.Decoder(entry_type) for entry_type, topic in _TOPICS.items()}
_DECLARED = (action_entries, export_entries, person_entries, record_entries, signing_entries)
"""The modules that declare register entries beside ``register_entries`` itself: read here, so that each type is known."""

_REGISTER = {topic_of(entry_type): msgspec.json.Decoder(entry_type) for entry_type in register_types().values()}
UNREADABLE_TEXT = PolicyKept(
    entry="0" * 64, occurred_on=date(1900, 1, 1), recorded_at=datetime(1900, 1, 1, tzinfo=UTC), kind="standards",
    named="that cannot be read", text="-",
)  # fmt: skip
"""What stands on a file in place of a text of policy that was changed in the database so that it is no entry any more."""

encoded: Callable[[Entry | RegisterEntry], bytes] = msgspec.json.Encoder().encode
"""An entry as the JSON that is stored."""


def stored_entry(topic: str, state: bytes) -> Entry:
    """The entry that is stored under this topic as this state, with its text tidied: it may have been stored before that.

    What is sealed stays so; the ciphertexts behind the JSON are not read. ``MsgspecError`` where it is no such entry.
    """
    return tidied(_DECODERS[topic].decode(entry_part(state)))


def entry_of_file(topic: str, state: bytes) -> Entry:
    """The same, for reading a file: a text of policy that cannot be read stands there without its text, which ``verify`` names.

    So an inspection has no figures by it, and every other page of the record is there.
    """
    try:
        return stored_entry(topic, state)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        if topic != _TOPICS[PolicyKept]:
            raise
        return UNREADABLE_TEXT


def register_row(reference: str, number: int, fact: RegisterEntry) -> ChainedEvent:
    """A register entry as it is stored on its file, with its number there."""
    return reference, number, topic_of(type(fact)), encoded(fact)


def stored_register_entry(topic: str, state: bytes) -> RegisterEntry:
    """The register entry that is stored under this topic as this JSON."""
    found: RegisterEntry = _REGISTER[topic].decode(state)
    return found


class EntryMapper(Mapper[str]):
    """Turns entries into stored events and back. The state is the entry in its interchange form, as JSON; then its ciphertexts."""

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        return StoredEvent(*self.entry(domain_event))

    def entry(self, recorded: RecordedEntry) -> ChainedEvent:
        """The recorded entry as an entry to be stored."""
        fact, state = recorded.fact, encoded(recorded.fact)
        if recorded.ciphertexts:
            state = with_tail(state, recorded.ciphertexts)
        return recorded.originator_id, recorded.originator_version, _TOPICS[type(fact)], state

    def to_domain_event(self, stored_event: StoredEvent) -> RecordedEntry:
        fact = entry_of_file(stored_event.topic, stored_event.state)
        return RecordedEntry(str(stored_event.originator_id), stored_event.originator_version, fact)
