"""Ledger rows as Arrow tables, read from the columns as they lie: numbers become days, instants and words, nothing is derived."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pyarrow as pa

from domain.entries.case_entries import ENTRY_TYPES
from domain.entries.code_lists import label
from domain.entries.entry_words import title_of
from projections.arrays.date_numbers import FIRST, NEVER, STILL_KNOWN, day_read, instant_number
from projections.columns.column_schema import ELSEWHERE, FURTHER, Array, Rows, TableRows
from projections.columns.column_store import ColumnStore
from projections.columns.duty_states import duty_states
from projections.exports.exported_fields import Table
from projections.exports.ledger_fields import LEDGER, PLACE
from projections.exports.pseudonyms import Pseudonyms
from projections.ledger.ledger import Place
from projections.notices.notice_kinds import NOTICES
from projections.obligations import duty_state
from projections.obligations.clause_catalogue import catalogue

ROWS_AT_ONCE = 1 << 17
"""Rows that are converted at a time, and rows of a row group."""

DAYS_TO_1970 = (date(1970, 1, 1) - FIRST).days

STATE_WORDS: Final[Mapping[int, str]] = {
    duty_state.DUE: "due", duty_state.LAPSED: "lapsed", duty_state.DISPENSED_EARLY: "dispensed",
    duty_state.DISPENSED: "dispensed", duty_state.OPEN: "overdue", duty_state.MET_LATE: "met late", duty_state.MET: "met",
    duty_state.MET_EARLY: "met",
}  # fmt: skip
"""The words for the states of columns. An open duty of a window is missed; what had not arisen has none."""


class Words:
    """A column of a few texts or numbers: for each number of a word the number of its text among different ones (-1: none)."""

    def __init__(self, values: Sequence[Any], of: Callable[[Any], Any] = lambda value: value):
        texts = [of(value) for value in values]
        self.texts = list(dict.fromkeys(text for text in texts if text not in (None, "")))
        places = {text: at for at, text in enumerate(self.texts)}
        self._codes = np.array([*(places.get(text, -1) for text in texts), -1], np.int32)
        self._dictionary = pa.array(
            self.texts, pa.string() if not self.texts or isinstance(self.texts[0], str) else pa.int32()
        )

    def array(self, numbers: Array) -> Any:
        """The values of these numbers; -1: none."""
        codes = self._codes.take(numbers)
        indices = pa.array(codes, mask=codes < 0)
        if self._dictionary.type != pa.string():
            return self._dictionary.take(indices)
        return pa.DictionaryArray.from_arrays(indices, self._dictionary)


class LedgerBatches:
    """The ledger rows of some cases of a column store. ``chosen``: for each case whether it is taken.

    ``known_at`` None: all knowledge; else rows known by then, as they were known then. ``as_at``: the day of the states.
    """

    def __init__(
        self, columns: ColumnStore, chosen: Array, pseudonyms: Pseudonyms, as_at: date, known_at: datetime | None
    ):  # fmt: skip
        self.columns, self._chosen, self._all = columns, chosen, bool(chosen.all())
        self._day = day_read(as_at)
        self._until = None if known_at is None else np.int64(instant_number(known_at))
        self._ids = pa.array(
            [
                pseudonyms.of("case", ref) if taken else ""
                for ref, taken in zip(columns.references, chosen.tolist(), strict=True)
            ],
            pa.string(),
        )
        words = columns.words
        self._words: dict[str, Words] = {
            "order_type": Words(words["order_type"].values, label), "gender": Words(words["gender"].values, label),
            "ethnicity": Words(words["ethnicity"].values, label), "tier": Words(words["tier"].values),
            "risk": Words(words["risk"].values, _label), "mappa_level": Words(words["mappa_level"].values),
            "away": Words(words["away"].values, _label), "framework": Words(words["framework"].values),
            "question": Words(words["question"].values), "answer": Words(words["answer"].values, label),
            "type": Words(words["type"].values, lambda name: title_of(ENTRY_TYPES[name])),
            "dispensed": Words(words["dispensed"].values),
            "notice": Words(words["notice"].values, lambda kind: NOTICES[kind].title if kind in NOTICES else kind),
            "clause": Words(catalogue().names),
        }  # fmt: skip
        self._places = {field.name: Words(words["place"].values, _of_place(field.name, pseudonyms)) for field in PLACE}
        self._steps = [np.cumsum((0, *steps)) for steps in words["steps"].values]
        self._disability = np.array([bool(value) for value in words["disability"].values] or [False])

    def tables(self, kind: str) -> Iterator[Any]:
        """The rows of a kind of ledger row (see ``LEDGER``), as Arrow tables of up to ``ROWS_AT_ONCE`` rows."""
        table, rows_of = LEDGER[kind], self.columns.tables[kind]
        for rows in self._parts(rows_of):
            for first in range(0, len(rows), ROWS_AT_ONCE):
                part = slice(first, min(first + ROWS_AT_ONCE, len(rows)))
                at = self._taken(rows, part)
                if isinstance(at, slice) or len(at):
                    yield self._table(table, kind, rows, at)

    def _parts(self, rows_of: TableRows) -> Sequence[Rows]:
        return rows_of.all

    def _taken(self, rows: Rows, part: slice) -> slice | Array:
        """The rows of a part that are taken: the slice where all are."""
        if self._all and self._until is None:
            return part
        wanted = self._chosen[rows["case"][part]]
        if self._until is not None:
            wanted = wanted & (rows["since"][part] < self._until)
        if wanted.all():
            return part
        found: Array = np.flatnonzero(wanted) + part.start
        return found

    def _table(self, table: Table, kind: str, rows: Rows, at: slice | Array) -> Any:
        made = [self._column(field.name, kind, rows, at) for field in table.fields]
        return pa.Table.from_arrays(made, names=[field.name for field in table.fields])

    def _column(self, name: str, kind: str, rows: Rows, at: slice | Array) -> Any:
        match name:
            case "case":
                return self._ids.take(pa.array(rows["case"][at]))
            case "known_from":
                return instants(rows["since"][at])
            case "known_until":
                return self._closed(rows, at)
            case "state":
                return self._states(rows, at)
            case "met_by":
                return self._several(rows, name, at)
            case "disability":
                return pa.array(self._disability.take(rows[name][at]))
            case "recorded_at":
                return instants(rows[name][at])
        if name in self._places:
            return self._places[name].array(rows["place"][at])
        if name in self._words:
            return self._words[name].array(rows[name][at])
        column = rows[name][at]
        if name in ("raised_by", "entry"):
            return own_entries(column)
        if column.dtype == np.bool_:
            return pa.array(np.asarray(column))
        return days(column) if name.endswith(("_on", "_before")) else pa.array(column.astype(np.int32))

    def _closed(self, rows: Rows, at: slice | Array) -> Any:
        since = rows["since"][at]
        if "until" not in rows:
            return pa.nulls(len(since), pa.timestamp("us", tz="UTC"))
        until = rows["until"][at]
        return instants(until if self._until is None else np.where(until >= self._until, STILL_KNOWN, until))

    def _states(self, rows: Rows, at: slice | Array) -> Any:
        """The state of each duty on the day, clause by clause: their rows lie together."""
        clause = np.asarray(rows["clause"][at])
        numbers = np.arange(at.start, at.stop) if isinstance(at, slice) else at
        codes = np.empty(len(clause), np.int32)
        for first, last in pairwise((0, *(np.flatnonzero(np.diff(clause)) + 1).tolist(), len(clause))):
            if first == last:
                continue
            number, part = int(clause[first]), numbers[first:last]
            whole = slice(int(part[0]), int(part[-1]) + 1) if part[-1] - part[0] == last - first - 1 else part
            state = duty_states(self.columns.words["dispensed"].values, rows, whole, number, self._day)
            window = catalogue().clauses[number].kind == "frequency"
            codes[first:last] = (_WINDOW_CODES if window else _STATE_CODES).take(state)
        return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), _STATES)

    def _several(self, rows: Rows, name: str, at: slice | Array) -> Any:
        """Lists of entries, from the first of each and the steps to the others; those of other files are left out."""
        first, code = np.asarray(rows[name][at]).astype(np.int64), np.asarray(rows[f"{name}{FURTHER}"][at])
        length = np.array([len(steps) for steps in self._steps] or [0], np.int64).take(code) * (first > 0)
        starts = np.cumsum(length) - length
        flat = np.repeat(first, length)
        inside = np.arange(len(flat)) - np.repeat(starts, length)
        begins = np.cumsum([0, *map(len, self._steps)])[:-1]
        if len(flat):
            flat = flat + np.concatenate(self._steps).take(np.repeat(begins.take(code), length) + inside)
        own = _is_own(flat)
        kept = np.concatenate(([0], np.cumsum(own)))
        offsets = kept.take(np.concatenate((starts, [len(flat)]))).astype(np.int32)
        return pa.ListArray.from_arrays(pa.array(offsets), pa.array(_place_of(flat[own])))


def days(numbers: Array) -> Any:
    """Numbers of days as dates; ``NEVER``: none."""
    return pa.array(numbers.astype(np.int32) - DAYS_TO_1970, mask=np.asarray(numbers == NEVER)).cast(pa.date32())


def instants(numbers: Array) -> Any:
    """Microseconds since 1970 as instants; ``STILL_KNOWN``: none."""
    return pa.array(np.asarray(numbers), mask=np.asarray(numbers == STILL_KNOWN)).cast(pa.timestamp("us", tz="UTC"))


def own_entries(numbers: Array) -> Any:
    """Numbers of entries as the table of entries has them, from 1; none for those of other files."""
    numbers = np.asarray(numbers).astype(np.int64)
    return pa.array(_place_of(numbers), mask=~_is_own(numbers))


def _is_own(numbers: Array) -> Array:
    found: Array = ((numbers > 0) & (numbers < ELSEWHERE)) | (numbers >= 2 * ELSEWHERE)
    return found


def _place_of(numbers: Array) -> Array:
    """The place of each entry in its file, from 1 (see ``entry_number``)."""
    return np.where(numbers < ELSEWHERE, numbers, numbers - ELSEWHERE).astype(np.int32)


def _label(code: Any) -> str | None:
    return None if code is None else label(code)


def _of_place(name: str, pseudonyms: Pseudonyms) -> Callable[[Place], str]:
    """What a field of a place says of it. An officer is known by the staff key."""
    if name == "officer":
        return lambda place: pseudonyms.of("staff", place.key("officer"))
    if name == "officer_grade":
        return lambda place: label(place.officer_grade)
    return lambda place: str(getattr(place, name))


_STATES = pa.array([*dict.fromkeys(STATE_WORDS.values()), "missed"], pa.string())
_STATE_CODES = np.array(
    [[*dict.fromkeys(STATE_WORDS.values())].index(STATE_WORDS[n]) if n in STATE_WORDS else -1 for n in range(10)],
    np.int32,
)
_WINDOW_CODES = np.where(np.arange(10) == duty_state.OPEN, len(_STATES) - 1, _STATE_CODES).astype(np.int32)
