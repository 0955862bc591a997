"""What the columns hold of a case is its ledger, ids of entries included; also after merging, in files and with changes."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from domain.entries.case_entries import Entry
from projections.columns.column_files import read_generation, write_generation
from projections.columns.column_merge import merge
from projections.columns.column_rows import read_ledger
from projections.columns.column_store import ColumnStore
from projections.ledger.ledger import ledger
from projections.ledger.row_kinds import ROW_KINDS
from tests.projections.columns.test_column_files import entries
from tests.support.columns import columns_of
from tests.support.depth import examples
from tests.support.histories import facts_of, histories

Files = dict[str, list[Entry]]


def holds(columns: ColumnStore, files: Files) -> None:
    """The columns hold these files, and what follows from them."""
    (cases,) = columns.plain["cases"][:1] if columns.gone is None else ((),)
    for reference, facts in files.items():
        number = columns.number(reference)
        assert number is not None
        found, wanted = read_ledger(columns, number, lambda _, of=facts: [fact.entry for fact in of]), ledger(facts)
        for kind, one, other in zip(ROW_KINDS, found.kinds, wanted.kinds, strict=True):
            assert sorted(map(repr, one)) == sorted(map(repr, other)), kind
        if columns.gone is None:
            assert cases["entries"][number] == len(facts)


@given(st.lists(histories(20, odd=True), min_size=1, max_size=3))
@examples(12)
def test_the_ledgers_of_random_histories_come_back(drawn: list[list[dict[str, object]]]) -> None:
    files = {f"X{number:06}/1": facts_of(lines) for number, lines in enumerate(drawn)}
    columns = columns_of(files)
    holds(columns, files)
    holds(merge([columns_of({reference: facts}) for reference, facts in files.items()]), files)


def test_they_come_back_from_files_and_with_changes(tmp_path: Path) -> None:
    files: Files = {f"X{number:06}/1": entries(number) for number in range(6)}
    base = columns_of({reference: facts[:5] for reference, facts in files.items()})
    mapped = read_generation(write_generation(tmp_path, [base]))
    changed = mapped.with_changes(columns_of(dict(list(files.items())[1:4])))
    every = {reference: facts if 1 <= n < 4 else facts[:5] for n, (reference, facts) in enumerate(files.items())}
    holds(changed, every)
    holds(read_generation(write_generation(tmp_path, [changed])), every)


def test_a_file_of_more_entries_than_sixteen_bits_count_is_held_too(tmp_path: Path) -> None:
    """Its numbers of entries need wider columns; so do the files into which they are merged."""
    facts = entries(3)
    filler = next(fact for fact in facts if type(fact).__name__ == "AppointmentMade")

    many = [facts[0], *(structs.replace(filler, entry=f"m{n}") for n in range(70_000)), *facts[1:]]
    wide = ColumnStore.of([("X000003/1", ledger(facts), many)])
    assert wide.duties.current[0]["raised_by"].dtype.itemsize == 4
    both = read_generation(write_generation(tmp_path, [columns_of({"X000001/1": entries(1)}), wide]))
    number = both.number("X000003/1")
    assert number is not None
    found = read_ledger(both, number, lambda _: [fact.entry for fact in many])
    assert sorted(map(repr, found.duties)) == sorted(map(repr, ledger(facts).duties))
