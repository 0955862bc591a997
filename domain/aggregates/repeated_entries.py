"""Whether an entry says the same as the one of its id that is on the file."""

from domain.entries.case_entries import AppointmentMade, Entry
from domain.entries.entry import CLAIMED
from domain.entries.tidy_text import tidied


def differences(standing: Entry, fact: Entry) -> list[str]:
    """The interchange fields in which a new entry says something else than the one on the file, with text tidied.

    An appointment that says whether it is a contact, and one that leaves it to its type, say the same if that is the same.
    """
    if type(standing) is not type(fact):
        return ["type"]
    if standing == fact:
        return []
    standing = tidied(standing)
    names = zip(fact.__struct_fields__, fact.__struct_encode_fields__, strict=True)
    found = [
        encoded for name, encoded in names if name not in CLAIMED and getattr(standing, name) != getattr(fact, name)
    ]
    same = isinstance(fact, AppointmentMade) and fact.is_contact == getattr(standing, "is_contact", None)
    return [name for name in found if not same or name != "national_standards"]
