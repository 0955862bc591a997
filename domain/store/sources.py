"""The registered sources: who may import for each and for which areas, how late is normal, and what is being taken over.

What is said of a source stands in register entries on its file, ``source:NAME``. The last registration counts.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from domain.calendar.london_time import start_of_day
from domain.entries.register_entries import RegisterEntry, SourceRegistered, TakingOverClosed, TakingOverDeclared
from domain.store.stored_by import SOURCE

if TYPE_CHECKING:
    from domain.store.application import Files

DEFAULT_DELAY = timedelta(days=7)
"""The normal delay of what is stored for no registered source (**P**, a parameter of ours)."""

LASTS = timedelta(days=92)
"""How long after its cut-over a taking over that nobody closes is over (**P**, a parameter of ours)."""


class NotDeclared(ValueError):
    """A taking over cannot be declared so."""


def file_of(name: str) -> str:
    """The reference of the file of a source. ``ValueError``: it cannot be the name of one."""
    if re.fullmatch(SOURCE, name) is None:
        raise ValueError(f"'{name}' is no name of a source: a letter, then letters, digits, - or _, 50 at most")
    return f"source:{name}"


@dataclass(frozen=True, slots=True)
class Source:
    """A source as its register entries say by now. ``registered``: None where it is not registered."""

    name: str
    registered: SourceRegistered | None = None
    declared: TakingOverDeclared | None = None
    closed_at: datetime | None = None

    @classmethod
    def of(cls, name: str, entries: Iterable[RegisterEntry]) -> "Source":
        registered, declared, closed = None, None, None
        for fact in entries:
            if isinstance(fact, SourceRegistered):
                registered = fact
            elif isinstance(fact, TakingOverDeclared):
                declared, closed = fact, None
            elif isinstance(fact, TakingOverClosed):
                closed = fact.at
        return cls(name, registered, declared, closed)

    @property
    def delay(self) -> timedelta:
        """How long after its recording an entry of this source normally is stored."""
        return DEFAULT_DELAY if self.registered is None else timedelta(days=self.registered.normal_delay)

    @property
    def areas(self) -> frozenset[str]:
        """The areas for which it may give cases; none: all."""
        return frozenset(self.registered.areas) if self.registered is not None else frozenset()

    def taking_over(self, at: datetime) -> TakingOverDeclared | None:
        """What is being taken over at an instant; None where nothing was declared, or it is over."""
        if self.declared is None or self.closed_at is not None or at >= start_of_day(self.declared.cut_over) + LASTS:
            return None
        return self.declared


def check_declared(
    source: Source, cut_over: date, areas: Sequence[str], *, at: datetime, asked_by: str, confirmed_by: str | None
) -> TakingOverDeclared:  # fmt: skip
    """The declaration that a source's first load is taken over. ``NotDeclared`` where it cannot be declared so."""
    if source.registered is None:
        raise NotDeclared(f"no source '{source.name}' is registered")
    if source.taking_over(at) is not None:
        raise NotDeclared(f"a taking over of {source.name} is open already; close it first")
    if not at < start_of_day(cut_over) + LASTS or start_of_day(cut_over) > at + LASTS:
        raise NotDeclared(f"the cut-over must be within {LASTS.days} days of today: {cut_over} is not")
    if strange := [area for area in areas if source.areas and area not in source.areas]:
        raise NotDeclared(f"{strange[0]} is no area of {source.name} ({', '.join(sorted(source.areas))})")
    return TakingOverDeclared(at=at, cut_over=cut_over, areas=list(areas), asked_by=asked_by, confirmed_by=confirmed_by)


def source_named(files: "Files", name: str) -> Source:
    """The source of this name, registered or not."""
    return Source.of(name, files.entered(file_of(name)))


def registered_sources(files: "Files") -> list[Source]:
    """Every registered source, by name."""
    names = [reference.partition(":")[2] for reference in files.references(SourceRegistered)]
    return [source_named(files, name) for name in names]
