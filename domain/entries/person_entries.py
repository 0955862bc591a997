"""Register entries on what is kept of a person: holds, erasures, redactions. They are on files such as ``person:X123456``."""

from datetime import date

from domain.entries.register_entries import RegisterEntry

SEALING = "record:sealing"
"""The reference of the file of entries on where the keys of persons are."""


class HoldPlaced(RegisterEntry, frozen=True, kw_only=True):
    """Nothing of this person is erased or redacted from now on. A later one on the same subject takes its place.

    ``case``: the hold is on this case alone; none: on every case of the CRN. ``until``: the last day on which it holds; none:
    until it is lifted.
    """

    case: str | None = None
    reason: str
    until: date | None = None


class HoldLifted(RegisterEntry, frozen=True, kw_only=True):
    """The hold on this case, or on the CRN, ends."""

    case: str | None = None
    reason: str


class PersonErased(RegisterEntry, frozen=True, kw_only=True):
    """The keys of this CRN were destroyed: its names, dates of birth and texts never open again.

    ``asked_by``, ``confirmed_by``: two people; without the second one person did it alone. ``again``: its keys were there
    again, as after an older copy was put back, and were destroyed once more.
    """

    reason: str
    asked_by: str
    confirmed_by: str | None = None
    again: bool = False


class TextRedacted(RegisterEntry, frozen=True, kw_only=True):
    """The key of one text was destroyed. ``path``: which text of the entry, such as ``note`` or ``actions.0``.

    ``asked_by``, ``confirmed_by``: as in ``PersonErased``.
    """

    case: str
    entry: str
    path: str
    reason: str
    asked_by: str
    confirmed_by: str | None = None


class KeysMoved(RegisterEntry, frozen=True):
    """On ``record:sealing``: the keys of persons are in a store of their own from now on. ``store``: its name, by chance."""

    store: str


PERSON_ENTRIES = (HoldPlaced, HoldLifted, PersonErased, TextRedacted)


def person_file(crn: str) -> str:
    """The reference of the file of these entries."""
    return f"person:{crn}"
