"""Who a case is about, for the head of its pages: name and date of birth on a day, and what keeps a reader from seeing them."""

from datetime import date
from typing import Literal, NamedTuple

from domain.entries.case_entries import Entry, PersonDetailsChanged
from domain.sealing.sealed_fields import ERASED, REDACTED
from projections.history.history import History

Hidden = Literal["erased", "redacted", "sealed"]

_WHY: dict[str, Hidden] = {ERASED: "erased", REDACTED: "redacted"}


class PersonDetails(NamedTuple):
    """``hidden``: why the name is not shown (None: it is). ``born``: None where it is not known, or does not open."""

    name: str
    hidden: Hidden | None
    born: date | None

    @classmethod
    def on(cls, history: History, day: date) -> "PersonDetails | None":
        """By an opened history, on this day; before its first day the first details. None: it has no beginning."""
        if history.started is None:
            return None
        named, path = _given(history, day, "name")
        name = history.started.person.name if named is history.started else str(getattr(named, "name", ""))
        hidden = _WHY.get(name, "sealed") if path in (named.sealed or {}) else None
        return cls(name, hidden, _born(history, day))


def _born(history: History, day: date) -> date | None:
    fact, path = _given(history, day, "date_of_birth")
    if path in (fact.sealed or {}):
        return None  # what stands there is 1 January of the year
    if isinstance(fact, PersonDetailsChanged):
        return fact.date_of_birth
    assert history.started is not None
    return history.started.person.date_of_birth


def _given(history: History, day: date, field: str) -> tuple[Entry, str]:
    """The entry that gave this detail last by the end of the day, and its path there."""
    changes = (fact for fact in history.all(PersonDetailsChanged) if fact.occurred_on <= day)
    given = [fact for fact in changes if getattr(fact, field) is not None]
    assert history.started is not None
    return (given[-1], field) if given else (history.started, f"person.{field}")
