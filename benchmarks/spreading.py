"""The columns of a generated service, spread out from those of its templates; a test holds them against real ledgers."""

from collections.abc import Iterator

import numpy as np

from benchmarks.cases import FIRST_HOLDER
from benchmarks.nation import (
    Size,
    name_of,
    number_of,
    officer_of,
    officers,
    place_of,
    reference_of,
    second_officer_of,
    template_of,
)
from projections.arrays.string_codes import StringArray, StringCodes, TextArray
from projections.columns.case_names import folded
from projections.columns.column_schema import GROUPED_BY, PLAIN, TABLES, Array, Rows, TableRows
from projections.columns.column_store import ColumnStore

PART = 25_000
"""Cases spread out at a time."""


def spread(templates: ColumnStore, size: Size) -> Iterator[ColumnStore]:
    """The columns of all cases of a service, so many at a time, in order of their references."""
    in_order = sorted(range(size.cases), key=number_of)
    places = StringCodes(place_of(officer, size) for officer in range(officers(size)))
    for first in range(0, size.cases, PART):
        yield _part(templates, size, in_order[first : first + PART], places)


def _part(templates: ColumnStore, size: Size, cases: list[int], places: StringCodes[object]) -> ColumnStore:
    in_order = sorted(range(templates.numbers), key=templates.references.__getitem__)
    copied = np.array([in_order[template_of(case, templates.numbers)] for case in cases])
    held = np.array([[officer_of(case), second_officer_of(case, size)] for case in cases], np.int32)
    first_holder = templates.words["place"].find(FIRST_HOLDER)
    names = [name_of(case) for case in cases]

    def side(rows: Rows, grouped_by: str | None) -> Rows:
        by_case = np.argsort(rows["case"], kind="stable")
        starts = np.searchsorted(rows["case"][by_case], np.arange(templates.numbers + 1))
        lengths = np.diff(starts)[copied]
        case = np.repeat(np.arange(len(cases), dtype=np.int32), lengths)
        offset = np.arange(len(case)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        at = by_case[starts[copied][case] + offset]
        if grouped_by is not None:
            order = np.argsort(rows[grouped_by][at], kind="stable")
            at, case = at[order], case[order]
        found: dict[str, Array] = {name: column[at] for name, column in rows.columns.items()}
        found["case"] = case
        if "place" in found:
            found["place"] = held[case, (found["place"] != first_holder).astype(np.intp)]
        if "name" in found:
            found["name"] = case
        return Rows(found)

    tables = {
        table: TableRows(
            tuple(side(rows, GROUPED_BY.get(table)) for rows in templates.tables[table].current),
            tuple(side(rows, GROUPED_BY.get(table)) for rows in templates.tables[table].superseded),
        )
        for table in TABLES
    }
    plain = {table: tuple(side(rows, None) for rows in templates.plain[table]) for table in PLAIN}
    texts = StringArray.of(reference_of(case) for case in cases), TextArray.of(names), folded(names)
    words = {**templates.words, "place": places}
    return ColumnStore(*texts, words, tables, plain, last_instant=templates.last_instant)
