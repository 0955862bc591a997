"""Whether an entry says the same as the one of its id that is on the file."""

from collections.abc import Mapping

from domain.entries.case_entries import AppointmentMade, Entry
from domain.entries.entry import CLAIMED
from domain.entries.schemas import NEVER_GIVEN
from domain.entries.tidy_text import tidied
from domain.sealing.person_key import same_digest
from domain.sealing.sealed_fields import field_of

_APART = (NEVER_GIVEN, *CLAIMED)
"""Fields that are not compared as they are: digests one by one, claims of an earlier record not at all."""


def differences(standing: Entry, fact: Entry) -> list[str]:
    """The interchange fields in which a new entry says something else than the one on the file, with text tidied.

    Sealed texts are compared by their digests; nothing is opened.
    An appointment that says whether it is a contact, and one that leaves it to its type, say the same if that is the same.
    """
    if type(standing) is not type(fact):
        return ["type"]
    if standing == fact:
        return []
    standing = tidied(standing)
    names = zip(fact.__struct_fields__, fact.__struct_encode_fields__, strict=True)
    resealed = _resealed(standing.sealed or {}, fact.sealed or {})
    found = [
        encoded
        for name, encoded in names
        if encoded in resealed or (name not in _APART and getattr(standing, name) != getattr(fact, name))
    ]
    same = isinstance(fact, AppointmentMade) and fact.is_contact == getattr(standing, "is_contact", None)
    return [name for name in found if not same or name != "national_standards"]


def _resealed(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    """The interchange fields of which a sealed text differs."""
    paths = before.keys() | after.keys()
    return {field_of(path) for path in paths if not same_digest(before.get(path), after.get(path))}
