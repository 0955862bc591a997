"""Which files may be of one person: those with one CRN, and those of CRNs that were ever said to be the same person's.

Links that were undone or withdrawn are among them. Which of them hold, and since when that was known, says
``domain.aggregates.person_files``.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from domain.aggregates.crn_links import links_to
from domain.aggregates.other_file_ids import crn_of
from domain.store.entry_codec import stored_entry
from domain.store.hash_chain import TABLE
from domain.store.preparation import FIRST_OF_CRN, MAY_LINK

CRNS_AT_ONCE = 500
"""CRNs or files that are asked for by one query."""

FILES_WITH = f"SELECT originator_id FROM {TABLE} WHERE {FIRST_OF_CRN} IN ({{}})"
"""The query for the files with some CRNs, these left out."""

ENTRIES_WHEN = (
    f"SELECT originator_id, max(originator_version) FROM {TABLE} WHERE originator_id IN ({{quoted}}) AND {{position}} <= "
    f"(SELECT {{position}} FROM {TABLE} WHERE originator_id = '{{file}}' AND originator_version = {{number}}) "
    "GROUP BY originator_id"
)
"""The query for the lengths of files when an entry was stored."""

PLACES = f"SELECT {{position}}, hash FROM {TABLE} WHERE originator_id = '{{file}}' ORDER BY originator_version"
"""The query for the places of a file's entries in the record."""

ENTRIES_NOW = (
    f"SELECT originator_id, max(originator_version) FROM {TABLE} WHERE originator_id IN ({{}}) GROUP BY originator_id"
)
"""The query for the lengths of files now."""

LINKS_FROM = (
    f"SELECT {{position}}, hash, originator_id, topic, state FROM {TABLE} "
    f"WHERE {MAY_LINK} AND {{position}} >= {{last}} ORDER BY {{position}}"
)
"""The query for the entries that may link CRNs, from a position on."""


class Place(NamedTuple):
    """The place of an entry in the record: its position, and the chain's hash there in hex."""

    position: int
    hash: str


RowsOf = Callable[[str], Sequence[Sequence[Any]]]
"""Runs a query and gives its rows."""


class PersonIndex:
    """Finds the files of a person. Safe to share between threads. ``position``: the name of the column of positions."""

    def __init__(self, rows_of: RowsOf, position: str):
        self._rows_of = rows_of
        self._position = position
        self._links_after = LINKS_FROM.format(position=position, last="{last}")
        self._links: defaultdict[str, set[str]] = defaultdict(set)
        self._last: tuple[int, bytes] = 0, b""
        self._lock = threading.Lock()

    def files_of(self, references: Collection[str]) -> Mapping[str, Sequence[str]]:
        """For each of these cases the references of all files that may be its person's, its own among them, in order."""
        people = self.crns_of(references)
        files: defaultdict[str, list[str]] = defaultdict(list)
        for reference in self._files_with(sorted(set[str]().union(*people.values()))):
            files[crn_of(reference)].append(reference)
        return {
            reference: sorted({reference}.union(*(files[crn] for crn in crns))) for reference, crns in people.items()
        }

    def crns_of(self, references: Collection[str]) -> Mapping[str, set[str]]:
        """For each of these cases the CRNs that were ever said to be its person's, whether they have files or not."""
        with self._lock:
            self._take_in_links()
            return {reference: self._one_person(crn_of(reference)) for reference in references}

    def entries_now(self, references: Collection[str]) -> Mapping[str, int]:
        """How many entries each of these files holds now."""
        held, asked = dict.fromkeys(references, 0), list(references)
        for at in range(0, len(asked), CRNS_AT_ONCE):
            quoted = ", ".join(f"'{reference}'" for reference in asked[at : at + CRNS_AT_ONCE])
            held |= {reference: int(entries) for reference, entries in self._rows_of(ENTRIES_NOW.format(quoted))}
        return held

    def places(self, file: str) -> Sequence[Place]:
        """The places of the entries of one file, in their order."""
        rows = self._rows_of(PLACES.format(position=self._position, file=file))
        return [Place(int(position), bytes(hash_).hex()) for position, hash_ in rows]

    def entries_when(self, references: Collection[str], file: str, number: int) -> Mapping[str, int]:
        """How many entries each of these files held when an entry of another file (its number there) was stored."""
        quoted = ", ".join(f"'{reference}'" for reference in references)
        held = self._rows_of(ENTRIES_WHEN.format(quoted=quoted, file=file, number=number, position=self._position))
        return {**dict.fromkeys(references, 0), **{reference: int(entries) for reference, entries in held}}

    def _files_with(self, crns: Sequence[str]) -> Iterator[str]:
        """The references of the files with these CRNs."""
        for at in range(0, len(crns), CRNS_AT_ONCE):
            quoted = ", ".join(f"'{crn}'" for crn in crns[at : at + CRNS_AT_ONCE] if crn.isalnum())
            yield from (reference for (reference,) in self._rows_of(FILES_WITH.format(quoted)))

    def _take_in_links(self) -> None:
        """Read the links stored since the last time; all of them where another record has taken the place of that one."""
        rows = self._rows_of(self._links_after.format(last=self._last[0]))
        if self._last[0] and (not rows or (rows[0][0], bytes(rows[0][1])) != self._last):
            self._links.clear()
            self._last = 0, b""
            rows = self._rows_of(self._links_after.format(last=0))
        for position, hash_, reference, topic, state in rows:
            self._last = position, bytes(hash_)
            if (other := links_to(stored_entry(topic, bytes(state)))) is not None:
                self._links[crn_of(reference)].add(other)
                self._links[other].add(crn_of(reference))

    def _one_person(self, crn: str) -> set[str]:
        """The CRNs that were ever said to be the same person's, directly or through others."""
        found, new = {crn}, [crn]
        while new:
            more = self._links.get(new.pop(), set()) - found
            found |= more
            new += more
        return found
