"""Convert ledger rows to values of the read model's tables and back, without loss."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from domain.store.engines import insert_into
from projections.ledger.ledger import DutyRow, JudgementRow, Known, LateRow, Ledger, Place, SpellRow
from projections.read_model.view_tables import PLACES

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

Values = tuple[Any, ...]
"""The columns of a row after its ``id``, in order: ``reference``, the row's own columns, ``known_from``, ``known_to``."""

_list = msgspec.json.Decoder(tuple[str, ...])


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


class Codec(NamedTuple):
    """How one kind of row becomes values, and values a row."""

    values: Callable[[Any, Mapping[Place, int]], Values]
    row: Callable[[Sequence[Any], PlaceNumbers], Any]


def values_of(reference: str, kept: Ledger, numbers: Mapping[Place, int]) -> tuple[list[Values], ...]:
    """The rows of a case as values, kind by kind."""
    return tuple(
        [
            (reference, *codec.values(known.row, numbers), micros(known.since), known.until and micros(known.until))
            for known in rows
        ]
        for codec, rows in zip(CODECS, kept.kinds, strict=True)
    )


def places_of(kept: Ledger) -> set[Place]:
    return {known.row.place for known in kept.duties} | {known.row.place for known in kept.spells}


def known_of(kind: int, values: Sequence[Any], places: PlaceNumbers) -> Known[Any]:
    """The row with its span, from values as ``values_of`` gives them."""
    since, until = values[-2:]
    row = CODECS[kind].row(values[1:-2], places)
    return Known(row, instant(since), None if until is None else instant(until))


def _duty_values(row: DutyRow, numbers: Mapping[Place, int]) -> Values:
    return (*row[:7], msgspec.json.encode(row.met_by).decode(), numbers[row.place])


def duty_row(values: Sequence[Any], places: PlaceNumbers) -> DutyRow:
    return DutyRow._make((*values[:7], _list.decode(values[7]), places[values[8]]))


def _spell_values(row: SpellRow, numbers: Mapping[Place, int]) -> Values:
    return (*row[:7], numbers[row.place], *row[8:])


def spell_row(values: Sequence[Any], places: PlaceNumbers) -> SpellRow:
    return SpellRow._make((*values[:7], places[values[7]], *values[8:]))


def _judgement_values(row: JudgementRow, numbers: Mapping[Place, int]) -> Values:
    return (*row[:-1], micros(row.recorded_at))


def judgement_row(values: Sequence[Any], places: PlaceNumbers) -> JudgementRow:
    return JudgementRow._make((*values[:-1], instant(values[-1])))


def _late_values(row: LateRow, numbers: Mapping[Place, int]) -> Values:
    return tuple(row)


def late_row(values: Sequence[Any], places: PlaceNumbers) -> LateRow:
    return LateRow._make(values)


CODECS: tuple[Codec, ...] = (
    Codec(_duty_values, duty_row), Codec(_spell_values, spell_row),
    Codec(_judgement_values, judgement_row), Codec(_late_values, late_row),
)  # fmt: skip
"""A codec for each kind of row, in the order of ``Ledger.kinds``."""
