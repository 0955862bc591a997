"""The years of entries, 1900 to 2100: a date outside them is taken for a typing error."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from operator import attrgetter
from typing import Any

from msgspec import inspect

from domain.entries.entry import Entry

FIRST, LAST = date(1900, 1, 1), date(2100, 12, 31)
"""The first and last day of an entry. The year of an instant is the one written, in its own offset."""

_EVERYWHERE = ("occurred_on", "recorded_at", "occurred_at")
_FIRST, _LAST = FIRST.year, LAST.year


def in_range(fact: Entry) -> bool:
    """Whether every date and instant of an entry lies in a year from 1900 to 2100."""
    if not (_FIRST <= fact.occurred_on.year <= _LAST and _FIRST <= fact.recorded_at.year <= _LAST):
        return False
    if fact.occurred_at is not None and not _FIRST <= fact.occurred_at.year <= _LAST:
        return False
    further = _further(type(fact))
    return not further or all((day := get(fact)) is None or _FIRST <= day.year <= _LAST for get in further)


@cache
def _further(entry_type: type[Entry]) -> tuple[Callable[[Any], Any], ...]:
    """Getters of the dates that a type has beyond those of every entry."""
    described = inspect.type_info(entry_type)
    assert isinstance(described, inspect.StructType)
    return tuple(attrgetter(path) for path in _paths(described) if path not in _EVERYWHERE)


def _paths(struct: inspect.StructType) -> Iterator[str]:
    for part in struct.fields:
        yield from _dates(part.type, part.name)


def _dates(kind: inspect.Type, path: str, *, each: bool = False) -> Iterator[str]:
    match kind:
        case inspect.DateType() | inspect.DateTimeType() if each:
            raise TypeError(f"{path}: dates in a list, or in a group that may be left out, are not looked at yet")
        case inspect.DateType() | inspect.DateTimeType():
            yield path
        case inspect.Metadata(type=inner):
            yield from _dates(inner, path, each=each)
        case inspect.UnionType(types=types):
            for inner in types:
                yield from _dates(inner, path, each=each or isinstance(inner, inspect.StructType))
        case inspect.ListType(item_type=item):
            yield from _dates(item, path, each=True)
        case inspect.StructType(fields=fields):
            for part in fields:
                yield from _dates(part.type, f"{path}.{part.name}", each=each)
        case _:
            pass
