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
from domain.store.hash_chain import TABLE, ChainedEvent


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


class UnreadableEntry(msgspec.MsgspecError):
    """What is stored cannot be read as an entry. ``reference``, ``number``: its file and its number there, where they are known.

    The message names neither, since it may be shown to somebody to whom the file is closed.
    """

    def __init__(self, reference: str = "", number: int = 0):
        super().__init__(f"an entry in the table {TABLE} cannot be read: it is not what was stored")
        self.reference, self.number = reference, number


_UNREADABLE = (KeyError, ValueError, msgspec.MsgspecError)
"""What reading raises where the type is not known, or the state is no such entry."""


def known_topics() -> set[str]:
    """The names in the store of all types that this version knows."""
    return {*_DECODERS, *_REGISTER}


def stored_entry(topic: str, state: bytes) -> Entry:
    """The entry that is stored under this topic as this state, with its text tidied: it may have been stored before that.

    What is sealed stays so; the ciphertexts behind the JSON are not read. ``UnreadableEntry`` where it is no such entry.
    """
    try:
        return tidied(_DECODERS[topic].decode(entry_part(state)))
    except _UNREADABLE as error:
        raise UnreadableEntry from error


def entry_of_file(topic: str, state: bytes) -> Entry:
    """The same, for reading a file: a text of policy that cannot be read stands there without its text, which ``verify`` names.

    So an inspection has no figures by it, and every other page of the record is there.
    """
    try:
        return stored_entry(topic, state)
    except UnreadableEntry:
        if topic != _TOPICS[PolicyKept]:
            raise
        return UNREADABLE_TEXT


def recorded_entry(reference: str, number: int, topic: str, state: bytes) -> RecordedEntry:
    """The entry of a file with its number there. ``UnreadableEntry``, with its place."""
    try:
        return RecordedEntry(reference, number, entry_of_file(topic, state))
    except UnreadableEntry as error:
        raise UnreadableEntry(reference, number) from error


def register_row(reference: str, number: int, fact: RegisterEntry) -> ChainedEvent:
    """A register entry as it is stored on its file, with its number there."""
    return reference, number, topic_of(type(fact)), encoded(fact)


def stored_register_entry(topic: str, state: bytes) -> RegisterEntry:
    """The register entry that is stored under this topic as this JSON; ``UnreadableEntry`` where it is none."""
    try:
        found: RegisterEntry = _REGISTER[topic].decode(state)
    except _UNREADABLE as error:
        raise UnreadableEntry from error
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
        number = stored_event.originator_version
        return recorded_entry(str(stored_event.originator_id), number, stored_event.topic, stored_event.state)
