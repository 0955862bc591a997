"""Convert ledger rows to values of the read model's tables and back, without loss."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import repeat
from typing import Any

import msgspec
import sqlalchemy as sa

from domain.store.engines import insert_into
from projections.ledger.ledger import Known, Ledger, Place
from projections.ledger.row_kinds import ROW_KINDS, Holds, RowKind
from projections.read_model.view_tables import PLACES

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

Values = tuple[Any, ...]
"""The columns of a row after its ``id``, in order: ``reference``, the row's own columns, ``known_from``, ``known_to``."""

Conversions = Mapping[Holds, Callable[[Any], Any]]


class _Json:
    """The ids of entries as JSON text."""

    def __init__(self) -> None:
        self.decode = msgspec.json.Decoder(tuple[str, ...]).decode
        self._encode = msgspec.json.Encoder().encode

    def encode(self, entries: tuple[str, ...]) -> str:
        return self._encode(entries).decode()


_json = _Json()


def micros(instant: datetime) -> int:
    """Microseconds since 1970, UTC; exact."""
    return (instant - EPOCH) // MICROSECOND


def instant(microseconds: int) -> datetime:
    return EPOCH + microseconds * MICROSECOND


class PlaceNumbers:
    """The places by number, and the numbers by place. A number never changes; both generations use the same."""

    def __init__(self, reading: sa.Engine, writing: sa.Engine):
        self._reading, self._writing = reading, writing
        self.by_number: dict[int, Place] = {}
        self.numbers: dict[Place, int] = {}

    def __getitem__(self, number: int) -> Place:
        if number not in self.by_number:
            self.read()
        return self.by_number[number]

    def read(self) -> None:
        """Read all places again, with those that other processes have added."""
        with self._reading.connect() as c:
            for number, *place in c.execute(sa.select(PLACES)):
                self.by_number[number] = Place(*place)
        self.numbers = {place: number for number, place in self.by_number.items()}

    def ensure_numbers(self, places: Iterable[Place]) -> None:
        """Give each of these places a number, in a transaction of its own. A place that no row uses does no harm."""
        wanted = set(places)
        if wanted <= self.numbers.keys():
            return
        self.read()
        if new := sorted(wanted - self.numbers.keys()):
            with self._writing.begin() as c:
                rows = [place._asdict() for place in new]
                c.execute(insert_into(c, PLACES).on_conflict_do_nothing(), rows)
            self.read()


def values_of(reference: str, kept: Ledger, numbers: Mapping[Place, int]) -> tuple[list[Values], ...]:
    """The rows of a case as values, kind by kind."""
    to_value: Conversions = {"place": numbers.__getitem__, "instant": micros, "entries": _json.encode}
    found: list[list[Values]] = []
    for kind, known in zip(ROW_KINDS.values(), kept.kinds, strict=True):
        if not known:
            found.append([])
            continue
        rows, since, until = zip(*known, strict=True)
        columns = _converted(kind, zip(*rows, strict=True), to_value)
        ends = (None if instant is None else micros(instant) for instant in until)
        found.append(list(zip(repeat(reference, len(known)), *columns, map(micros, since), ends, strict=True)))
    return tuple(found)


def ledger_of(values: Iterable[Sequence[Values]], places: PlaceNumbers) -> Ledger:
    """The ledger of a case from its values, kind by kind."""
    of_value: Conversions = {"place": places.__getitem__, "instant": instant, "entries": _json.decode}
    found: list[list[Known[Any]]] = []
    for kind, rows in zip(ROW_KINDS.values(), values, strict=True):
        if not rows:
            found.append([])
            continue
        _, *columns, since, until = zip(*rows, strict=True)
        of_rows = map(kind.row._make, zip(*_converted(kind, columns, of_value), strict=True))
        ends = (None if microseconds is None else instant(microseconds) for microseconds in until)
        found.append(list(map(Known, of_rows, map(instant, since), ends)))
    return Ledger(*found)


def _converted(kind: RowKind, columns: Iterable[Iterable[Any]], by: Conversions) -> list[Iterable[Any]]:
    """The columns of some rows, those converted that hold something to be converted."""
    found = list(columns)
    for at, field in kind.those(*by):
        found[at] = map(by[field.holds], found[at])
    return found


def places_of(kept: Ledger) -> set[Place]:
    return {known.row.place for known in kept.duties} | {known.row.place for known in kept.spells}
