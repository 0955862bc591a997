"""Spans of knowledge: from the recording that brought something about up to the one that took it away.

Recordings are counted in order of time, those of one instant as one; a span is the number of the recording that opens it
and of the one that closes it, which is the number of all recordings for what the file still says.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Generic, NamedTuple, TypeVar

from domain.aggregates.amendments import AMENDING, amended
from domain.entries.case_entries import Entry, subject_of
from projections.ledger.ledger_rows import Known

R = TypeVar("R", bound=tuple[Any, ...])
T = TypeVar("T", bound=tuple[Any, ...])


class EntryVersion(NamedTuple):
    """An entry as the file gave it from the recording ``since`` up to, not including, ``until``."""

    fact: Any  # a fact, of a type that the reader asked for
    since: int
    until: int


def versions(entries: Iterable[Entry]) -> tuple[list[datetime], list[EntryVersion]]:
    """The instants of recording, in order, and every version of every entry that is not about others' wording."""
    ordered = sorted(entries, key=attrgetter("recorded_at"))
    instants: list[datetime] = []
    numbered: list[tuple[Entry, int]] = []
    for fact in ordered:
        if not instants or fact.recorded_at != instants[-1]:
            instants.append(fact.recorded_at)
        numbered.append((fact, len(instants) - 1))
    over = len(instants)
    amends = {subject_of(fact) for fact in ordered if type(fact) in AMENDING}
    if not amends:
        return instants, [EntryVersion(fact, since, over) for fact, since in numbered]
    touched = [n for n in numbered if n[0].entry in amends or type(n[0]) in AMENDING]
    plain = [EntryVersion(*n, over) for n in numbered if n[0].entry not in amends and type(n[0]) not in AMENDING]
    return instants, [*plain, *_amended(touched, over)]


def _amended(numbered: Sequence[tuple[Entry, int]], over: int) -> Iterator[EntryVersion]:
    """The versions of entries that corrections and withdrawals speak of, which are among them."""
    reads: dict[str, tuple[Entry, int]] = {}
    for at in sorted({since for _, since in numbered}):
        now = {fact.entry: fact for fact in amended([fact for fact, since in numbered if since <= at])}
        for entry, (fact, since) in list(reads.items()):
            if now.get(entry) != fact:
                yield EntryVersion(fact, since, at)
                del reads[entry]
        for entry, fact in now.items():
            reads.setdefault(entry, (fact, at))
    for fact, since in reads.values():
        yield EntryVersion(fact, since, over)


def first_known(candidates: Iterable[T], since: int, until: int) -> list[tuple[T | None, int, int]]:
    """Which of some candidates came first among those known, over a span; None while none was.

    The candidates in the order in which they come first; each ends with the span in which it was known.
    """
    found: list[tuple[T | None, int, int]] = []
    unanswered = [(since, until)]
    for candidate in candidates:
        known_since, known_until = candidate[-2:]
        if known_since >= until or known_until <= since:
            continue
        left = []
        for opens, closes in unanswered:
            begins, ends = max(opens, known_since), min(closes, known_until)
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
    """Rows with the spans in which they were known, gathered piece by piece."""

    def __init__(self) -> None:
        self._spans: dict[R, list[int]] = {}

    def add(self, row: R, since: int, until: int) -> None:
        """A row was known over this span (once more, where it was known already)."""
        spans = self._spans.get(row)
        if spans is None:
            self._spans[row] = [since, until]
        elif spans[-1] == since:
            spans[-1] = until
        else:
            spans += since, until

    def known(self, instants: Sequence[datetime]) -> list[Known[R]]:
        """Each row with its spans as instants, spans that touch made one."""
        over = len(instants)
        ends: list[datetime | None] = [*instants, None]
        found: list[Known[R]] = []
        for row, spans in self._spans.items():
            if len(spans) == 2:
                found.append(Known(row, instants[spans[0]], ends[spans[1]]))
            else:
                for since, until in _joined(spans, over):
                    found.append(Known(row, instants[since], ends[until]))
        return found


def _joined(spans: Sequence[int], over: int) -> Iterator[tuple[int, int]]:
    """Spans as a reader recording by recording would note them: what opens and closes at once goes on, the last opened
    closes first."""
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
