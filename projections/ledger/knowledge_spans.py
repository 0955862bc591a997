"""Spans of knowledge: from the recording that added something up to the one that removed it.

Recordings are numbered from 0 in order of time. Recordings at one instant share one number. A span is two numbers: the
recording that opens it and the recording that closes it. What the file still says is closed by the count of recordings.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Generic, Protocol, TypeVar

from msgspec import Struct

from domain.aggregates.amendments import AMENDING, amended
from domain.entries.case_entries import Entry, subject_of
from projections.ledger.ledger_rows import Known

R = TypeVar("R", bound=tuple[Any, ...])


class EntryVersion(Struct, frozen=True, gc=False):
    """An entry as the file had it from the recording ``since`` up to, not including, ``until``."""

    fact: Any  # a fact, of a type that the reader asked for
    since: int
    until: int


class Spanned(Protocol):
    """Anything that was known from the recording ``since`` up to, not including, ``until``."""

    @property
    def since(self) -> int: ...

    @property
    def until(self) -> int: ...


T = TypeVar("T", bound=Spanned)


def versions(entries: Iterable[Entry]) -> tuple[list[datetime], list[EntryVersion]]:
    """The instants of recording in order, and all versions of all entries. Corrections and withdrawals have none."""
    ordered = sorted(entries, key=attrgetter("recorded_at"))
    instants: list[datetime] = []
    numbers: list[int] = []
    for fact in ordered:
        if not instants or fact.recorded_at != instants[-1]:
            instants.append(fact.recorded_at)
        numbers.append(len(instants) - 1)
    over = len(instants)
    found = [EntryVersion(fact, since, over) for fact, since in zip(ordered, numbers, strict=True)]
    amends = {subject_of(fact) for fact in ordered if type(fact) in AMENDING}
    if not amends:
        return instants, found
    touched = [v for v in found if v.fact.entry in amends or type(v.fact) in AMENDING]
    plain = [v for v in found if v.fact.entry not in amends and type(v.fact) not in AMENDING]
    return instants, [*plain, *_amended(touched, over)]


def _amended(touched: Sequence[EntryVersion], over: int) -> Iterator[EntryVersion]:
    """The versions of corrected or withdrawn entries. ``touched``: these entries with their corrections and withdrawals."""
    reads: dict[str, EntryVersion] = {}
    for at in sorted({version.since for version in touched}):
        now = {fact.entry: fact for fact in amended([version.fact for version in touched if version.since <= at])}
        for entry, version in list(reads.items()):
            if now.get(entry) != version.fact:
                yield EntryVersion(version.fact, version.since, at)
                del reads[entry]
        for entry, fact in now.items():
            reads.setdefault(entry, EntryVersion(fact, at, over))
    yield from reads.values()


def first_known(candidates: Iterable[T], since: int, until: int) -> list[tuple[T | None, int, int]]:
    """Split a span of knowledge into parts, each with the first candidate known in it; None: no candidate is known.

    ``candidates``: in order of preference, the first one first.
    """
    found: list[tuple[T | None, int, int]] = []
    unanswered = [(since, until)]
    for candidate in candidates:
        known_since, known_until = candidate.since, candidate.until
        if known_since >= until or known_until <= since:
            continue
        left = []
        for opens, closes in unanswered:
            begins = opens if opens > known_since else known_since
            ends = closes if closes < known_until else known_until
            if begins >= ends:
                left.append((opens, closes))
                continue
            found.append((candidate, begins, ends))
            if opens < begins:
                left.append((opens, begins))
            if ends < closes:
                left.append((ends, closes))
        if not left:
            return found
        unanswered = left
        since, until = left[0][0], left[-1][1]
    found += [(None, opens, closes) for opens, closes in unanswered]
    return found


class RowSpans(Generic[R]):
    """Rows with the spans of knowledge in which each was known."""

    def __init__(self) -> None:
        self._spans: dict[R, list[int]] = {}

    def add(self, row: R, since: int, until: int) -> None:
        """Add a span in which a row was known. Where spans overlap, the row was known twice."""
        spans = self._spans.setdefault(row, [])
        if spans and spans[-1] == since:
            spans[-1] = until
        else:
            spans += since, until

    def spans(self, over: int) -> Iterator[tuple[R, int, int]]:
        """Each row with its spans. Spans that touch are merged. ``over``: the count of recordings."""
        for row, spans in self._spans.items():
            if len(spans) == 2:
                yield row, spans[0], spans[1]
            else:
                for since, until in _joined(spans, over):
                    yield row, since, until

    def with_instants(self, instants: Sequence[datetime]) -> list[Known[R]]:
        """Each row with its spans as instants."""
        ends: list[datetime | None] = [*instants, None]
        return [Known(row, instants[since], ends[until]) for row, since, until in self.spans(len(instants))]


def _joined(spans: Sequence[int], over: int) -> Iterator[tuple[int, int]]:
    """Merge touching spans; close the most recently opened first."""
    more: defaultdict[int, int] = defaultdict(int)
    for since, until in zip(spans[::2], spans[1::2], strict=True):
        more[since] += 1
        more[until] -= 1
    opened: list[int] = []
    for at, change in sorted(more.items()):
        if at == over:
            break
        for _ in range(-change):
            yield opened.pop(), at
        opened += [at] * change
    yield from ((since, over) for since in opened)
