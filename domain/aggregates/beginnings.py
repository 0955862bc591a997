"""How supervision begins on a file: one ``SupervisionStarted`` stands at a time. Once withdrawn, it makes room for another."""

from collections.abc import Iterable, Mapping, Sequence

from domain.aggregates.amendments import amended
from domain.entries.case_entries import Entry, EntryWithdrawn, SupervisionStarted
from domain.entries.refusals import AlreadyStarted


def beginnings(entries: Iterable[Entry], amending: Sequence[Entry]) -> list[SupervisionStarted]:
    """The ``SupervisionStarted`` that stand, as these corrections and withdrawals leave them."""
    read = amended([*(fact for fact in entries if isinstance(fact, SupervisionStarted)), *amending])
    return [fact for fact in read if isinstance(fact, SupervisionStarted)]


def check_brings_back(reference: str, entries: Mapping[str, Entry], amending: Sequence[Entry], fact: Entry) -> None:
    """Raises ``AlreadyStarted`` where a withdrawal brings back a beginning that another one has taken the place of."""
    if not isinstance(fact, EntryWithdrawn) or not isinstance(entries.get(fact.of), EntryWithdrawn):
        return
    found = beginnings(entries.values(), [*amending, fact])
    if len(found) > 1:
        raise AlreadyStarted(
            "of", f"{reference} has begun anew, by entry '{found[-1].entry}', since '{found[0].entry}' was withdrawn; "
            "withdraw that entry first"
        )  # fmt: skip
