"""The entries of one case by type and in order, with what the person's other files tell of the person."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from typing import Any, TypeVar

from domain.aggregates.amendments import IN_ORDER
from domain.entries.case_entries import Entry
from projections.history.worked_out import worked_out

F = TypeVar("F", bound=Entry)


class FileEntries:
    """The entries of one case by type. ``elsewhere``: those of each other file that say something of the person."""

    def __init__(self, entries: Iterable[Entry], elsewhere: Iterable["FileEntries"] = ()):
        self._entries = list(entries)
        self.elsewhere = tuple(elsewhere)
        """What the person's other files tell of the person: custody, whereabouts, death, risk and MAPPA."""
        self._sorted: dict[type[Entry], list[Entry]] = {}

    @worked_out
    def by_type(self) -> Mapping[type[Entry], list[Entry]]:
        """The entries of each type, in no particular order (see ``all``)."""
        grouped: defaultdict[type[Entry], list[Entry]] = defaultdict(list)
        for fact in self._entries:
            grouped[type(fact)].append(fact)
        return grouped

    def all(self, fact_type: type[F]) -> list[F]:
        """The entries of a type, in order of the day they happened."""
        found = self._sorted.get(fact_type)
        if found is None:
            found = self.by_type.get(fact_type, [])
            if len(found) > 1:
                found = sorted(found, key=IN_ORDER)
            self._sorted[fact_type] = found
        return found  # type: ignore[return-value]

    def ordered(self, *types: type[Entry]) -> list[Any]:
        """The entries of these types on this file, in order."""
        found = [fact for entry_type in types for fact in self.all(entry_type)]
        found.sort(key=IN_ORDER)
        return found

    @property
    def types(self) -> Set[type[Entry]]:
        """The types of entry on this file and, of those that say something of the person, on the others."""
        own = self.by_type.keys()
        return own if not self.elsewhere else frozenset(own).union(*(file.by_type for file in self.elsewhere))
