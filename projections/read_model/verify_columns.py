"""Verify the files of columns: derive every case from the entries and compare with the rows in the newest files.

A piece of work is some cases with consecutive numbers, because their rows are a few ranges of each table.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from projections.arrays.string_codes import StringArray
from projections.columns.case_names import folded
from projections.columns.case_order import last_places
from projections.columns.column_difference import ColumnComparison, TableDifference
from projections.columns.column_files import UnreadableColumns, generations, read_generation
from projections.columns.column_store import ColumnStore
from projections.ledger.ledger import ledger
from projections.read_model.case_writer import RowDifference
from projections.read_model.rebuild import CASES_PER_PIECE, WorkerPool, open_read_model
from projections.read_model.view_reader import ReadModel


class DerivedPiece(NamedTuple):
    """The result of a piece of work: the columns of the cases with the numbers from ``first`` up to, not including, ``end``."""

    first: int
    end: int
    columns: ColumnStore


def newest_columns(read_model: ReadModel, home: Path) -> ColumnStore | None:
    """The newest files, every one of them checked; None: there are none. Raises ``UnreadableColumns``.

    Older files do not stand in for damaged ones here.
    """
    found = generations(home)
    return read_generation(found[-1], read_model.stored.hash_at) if found else None


def verify_columns(
    read_model: ReadModel,
    columns: ColumnStore,
    pool: WorkerPool,
    report_progress: Callable[[int], None] = lambda cases: None,
) -> Iterator[RowDifference]:
    """Where the columns differ from what follows from the entries that they were made from. Raises ``WorkFailed``.

    ``report_progress`` receives the number of cases compared since its last call.
    """
    try:
        yield from _differences(read_model, columns, pool, report_progress)
    except (IndexError, ValueError) as error:  # a number that nothing has, or text that is none
        yield RowDifference("all cases", "columns", "unreadable", {"why": error})


def _differences(
    read_model: ReadModel, columns: ColumnStore, pool: WorkerPool, report_progress: Callable[[int], None]
) -> Iterator[RowDifference]:
    numbers = {reference: number for number, reference in enumerate(columns.references)}
    entries, positions = _of_cases(columns, "entries"), _of_cases(columns, "position")
    yield from _order_differences(columns, numbers)
    yield from _cases_missing(read_model, columns.position, numbers, entries)
    comparison = ColumnComparison(columns)
    bounds = pairwise([*range(0, columns.numbers, CASES_PER_PIECE), columns.numbers])
    pieces = (
        (
            read_model.database.address,
            first,
            {columns.references[n]: positions.get(n, 0) for n in range(first, end)},
            columns.position,
        )
        for first, end in bounds
    )
    for piece in pool(derive_columns, pieces):
        yield from map(_told, comparison.differences(piece.columns, piece.first, piece.end))
        report_progress(piece.end - piece.first)
    yield from (
        RowDifference("all cases", f"columns: {table}", "too many", {"rows": n}) for table, n in comparison.left_over()
    )


def derive_columns(address: str, first: int, positions: dict[str, int], position: int) -> DerivedPiece:
    """One piece of work: the columns of these cases, each from the record up to the position that its rows name.

    Where that lies before the position of all columns, nothing after it concerns the case: it is derived up to that one.
    """
    upto = {reference: max(own, position) for reference, own in positions.items()}
    people = open_read_model(address).stored.of_people(upto, upto)
    derived = (
        (p.file.reference, ledger(*p.reached[:2]), list(p.file.entries.values()), positions[p.file.reference])
        for p in people
    )
    return DerivedPiece(first, first + len(positions), ColumnStore.of(derived))


def unreadable(error: UnreadableColumns) -> RowDifference:
    """The difference that files are that cannot be read."""
    return RowDifference("all cases", "columns", "unreadable", {"why": str(error)})


def _told(difference: TableDifference) -> RowDifference:
    return RowDifference(difference.reference, f"columns: {difference.table}", difference.what, difference.row)


def _of_cases(columns: ColumnStore, name: str) -> dict[int, int]:
    """A column of the table ``cases``, by case."""
    (cases,) = columns.plain["cases"]
    return dict(zip(cases["case"].tolist(), cases[name].tolist(), strict=True))


def _cases_missing(
    read_model: ReadModel, position: int, numbers: Mapping[str, int], entries: Mapping[int, int]
) -> Iterator[RowDifference]:
    """Cases of the record that are not in the columns, or with fewer entries than were stored up to their position."""
    for references in read_model.stored.cases():
        for reference, version in sorted(read_model.stored.versions(references, position).items()):
            taken = entries.get(numbers.get(reference, -1), 0)
            if taken < version:
                yield RowDifference(reference, "columns: cases", "missing", {"version": version, "taken in": taken})


def _order_differences(columns: ColumnStore, numbers: Mapping[str, int]) -> Iterator[RowDifference]:
    """Where cases or names are not in the order in which they are searched."""
    every = list(columns.references)
    assert isinstance(columns.references, StringArray)
    ranked = [every[at] if 0 <= at < len(every) else "" for at in columns.references.order.tolist()]
    homes = last_places(columns.spells.current, columns.numbers, columns.words["place"].values)
    placed = list(zip(homes, every, strict=True))
    for name, found, wanted in (
        ("references", ranked, sorted(numbers)), ("cases", placed, sorted(placed)),
        ("folded names", list(columns.folded), list(folded(columns.names))),
    ):  # fmt: skip
        if found != wanted:
            yield RowDifference("all cases", f"columns: {name}", "out of order", {"cases": len(every)})
