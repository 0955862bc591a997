"""Ledgers as JSON and back, without loss: what the tables of the read model hold of a case.

``[places, instants, duties, spells, judgements, lates, notices]``. A row is its fields, then the instants from which and up
to which it was known; a place or an instant is its index among those of the case. The fields are those of ``ROW_KINDS``.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

import msgspec

from projections.ledger.ledger import Known, Ledger, Place
from projections.ledger.row_kinds import ROW_KINDS, RowField, RowKind


class _Numbers(dict[Any, int]):
    """Numbers the values asked for, from 0."""

    def __missing__(self, value: Any) -> int:
        number = self[value] = len(self)
        return number


def encode_ledger(kept: Ledger) -> bytes:
    """The ledger of a case as JSON."""
    places, instants = _Numbers(), _Numbers()
    kinds: list[list[Any]] = []
    for kind, known in zip(ROW_KINDS.values(), kept.kinds, strict=True):
        if not known:
            kinds.append([])
            continue
        rows, since, until = zip(*known, strict=True)
        columns = _converted(kind, zip(*rows, strict=True), places, instants)
        ends = (None if instant is None else instants[instant] for instant in until)
        kinds.append(list(zip(*columns, map(instants.__getitem__, since), ends, strict=True)))
    return msgspec.json.encode([list(places), list(instants), *kinds])


def decode_ledger(stored: bytes) -> Ledger:
    """The ledger of a case from its JSON. Raises ``ValueError`` where it is not what ``encode_ledger`` gives."""
    try:
        places, instants, *kinds = _decoder().decode(stored)
        return Ledger(
            *(_decoded(kind, rows, places, instants) for kind, rows in zip(ROW_KINDS.values(), kinds, strict=True))
        )
    except IndexError:
        raise ValueError("a row names a place or an instant that is not there") from None


def _decoded(kind: RowKind, rows: list[Any], places: list[Place], instants: list[datetime]) -> list[Known[Any]]:
    if not rows:
        return []
    *columns, since, until = zip(*rows, strict=True)
    of_rows = map(kind.row._make, zip(*_converted(kind, columns, places, instants), strict=True))
    ends = (None if at is None else instants[at] for at in until)
    return list(map(Known, of_rows, map(instants.__getitem__, since), ends))


def _converted(kind: RowKind, columns: Iterable[Any], places: Any, instants: Any) -> list[Any]:
    """The columns of some rows, with the numbers of places and instants for these, or these for their numbers."""
    found = list(columns)
    for at, field in kind.those("place", "instant"):
        found[at] = map((places if field.holds == "place" else instants).__getitem__, found[at])
    return found


@cache
def _decoder() -> msgspec.json.Decoder[Any]:
    list_: Any = list
    tuple_: Any = tuple
    kinds = [list_[tuple_[(*map(_stored_as, kind.fields), int, int | None)]] for kind in ROW_KINDS.values()]
    return msgspec.json.Decoder(tuple_[(list[Place], list[datetime], *kinds)])


_STORED: Mapping[str, Any] = {"place": int, "instant": int, "entries": tuple[str, ...]}


def _stored_as(field: RowField) -> Any:
    type_ = _STORED.get(field.holds, field.of)
    return type_ | None if field.optional else type_
