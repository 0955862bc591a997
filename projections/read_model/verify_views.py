"""Verify the read model: derive every case from the record and compare with the live tables, which are not changed."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import sqlalchemy as sa

from projections.read_model.case_writer import RowDifference, derive_cases, row_differences
from projections.read_model.rebuild import WorkerPool, open_read_model, pieces_of
from projections.read_model.view_generations import live_in
from projections.read_model.view_reader import ReadModel


class PieceComparison(NamedTuple):
    """The result of a piece of work: the differences, and how many cases were compared."""

    differences: list[RowDifference]
    cases: int


def verify(
    read_model: ReadModel, pool: WorkerPool, report_progress: Callable[[int], None] = lambda cases: None
) -> Iterator[RowDifference]:
    """Where the live tables differ from the rows derived from the entries taken in. Raises ``WorkFailed``.

    ``report_progress`` receives the number of cases compared since its last call. Entries that the read model has not taken
    in yet are not compared.
    """
    pieces = (
        (read_model.database.address, some)
        for references in read_model.stored.cases()
        for some in pieces_of(references)
    )
    for compared in pool(compare_piece, pieces):
        report_progress(compared.cases)
        yield from compared.differences
    yield from _unknown_cases(read_model)


def compare_piece(address: str, references: list[str]) -> PieceComparison:
    """One piece of work: compare these cases."""
    read_model = open_read_model(address)
    found = []
    with read_model.snapshot() as (c, of):
        query = sa.select(of.c.reference, of.c.version, of.c.position).where(of.c.reference.in_(references))
        rows, live = c.execute(query).all(), live_in(c).position
        versions = {row.reference: int(row.version) for row in rows}
        expected = read_model.stored.versions(references, live)
        for reference, version in sorted(expected.items()):
            if versions.get(reference, 0) < version:
                row = {"version": version, "taken in": versions.get(reference, 0)}
                found.append(RowDifference(reference, "cases", "missing", row))
        # Up to the position of the tables, so that an entry of another file that was not taken in is found too.
        positions = {row.reference: max(int(row.position), live) for row in rows}
        derived = derive_cases(read_model.stored.of_people(positions, positions), live, read_model.stored.begins_at)
        found += row_differences(c, of, derived)
    return PieceComparison(found, len(references))


def _unknown_cases(read_model: ReadModel) -> Iterator[RowDifference]:
    """Rows of cases that are not in the record."""
    with read_model.snapshot() as (c, of):
        known = {reference for references in read_model.stored.cases() for reference in references}
        for reference in c.execute(sa.select(of.c.reference)).scalars():
            if reference not in known:
                yield RowDifference(reference, "cases", "too many", {})
