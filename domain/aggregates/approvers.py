"""Who may dispense with a duty: anybody but the officer who holds the case."""

from collections.abc import Mapping, Sequence
from datetime import date

from domain.aggregates.amendments import IN_ORDER, amended
from domain.entries.case_entries import CaseAllocated, DispensationGiven, Entry, PlaceRenamed, SupervisionStarted
from domain.entries.refusals import OwnApproval

_PLACING = (SupervisionStarted, CaseAllocated, PlaceRenamed)
"""The entries that say who holds the case."""


def check_approver(entries: Mapping[str, Entry], amending: Sequence[Entry], given: DispensationGiven) -> None:
    """Raises ``OwnApproval`` where a dispensation is given by the officer who holds the case on that day.

    ``entries``: those on the file; ``amending``: the corrections and withdrawals among them. One person is told by the id
    or by the name: where either is the same, it is refused.
    """
    placing = [fact for fact in amended([*entries.values(), *amending]) if isinstance(fact, _PLACING)]
    for name, staff_id in _officers(placing, given.occurred_on):
        if _same(given.by, name) or (given.by_id is not None and staff_id is not None and _same(given.by_id, staff_id)):
            raise OwnApproval(
                "by", f"'{given.by}' holds the case on {given.occurred_on}; a dispensation is given by somebody other than "
                "the officer: ask a manager"
            )  # fmt: skip


def _officers(placing: Sequence[Entry], day: date) -> list[tuple[str, str | None]]:
    """The name and id of whoever holds the case on a day; before the first allocation: of the first. None: nobody is named."""
    held: tuple[str, str | None] | None = None
    for fact in sorted(placing, key=IN_ORDER):
        if held is not None and fact.occurred_on > day:
            break
        if isinstance(fact, PlaceRenamed):
            held = held and (fact.officer or held[0], fact.officer_id or held[1])
        elif isinstance(fact, SupervisionStarted | CaseAllocated):
            held = fact.officer, fact.officer_id
    return [] if held is None else [held]


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
