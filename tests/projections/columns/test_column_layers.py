"""Changed cases in layers: whatever is joined when, the columns are those of the cases as they are now."""

from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

from benchmarks.cases import template
from domain.entries.case_entries import Entry
from projections.columns import column_layers, column_merge
from projections.columns.column_layers import ColumnLayers, joined, without
from projections.columns.column_merge import merge
from projections.columns.column_rows import read_ledger
from projections.columns.column_schema import PLAIN
from projections.columns.column_store import ColumnStore
from tests.projections.read_model.test_views import rows_of
from tests.support.columns import columns_of
from tests.support.depth import dice, times

CASES = [f"X{number:06}/1" for number in range(1, 13)]


def said(columns: ColumnStore, files: dict[str, list[Entry]]) -> dict[str, Any]:
    """What the columns say of each case: its ledger, and its rows in the other tables."""
    return {case: _said_of(columns, case, [fact.entry for fact in files[case]]) for case in files}


def _said_of(columns: ColumnStore, case: str, ids: Sequence[str]) -> Any:
    number = columns.number(case)
    assert number is not None and (columns.gone is None or not columns.gone[number])
    plain = [
        sorted(
            (int(rows["day"][at]) if "day" in rows else -1, int(rows["entries"][at]))
            for rows in columns.plain[table]
            for at in (rows["case"] == number).nonzero()[0].tolist()
        )
        for table in PLAIN
    ]
    return rows_of(read_ledger(columns, number, lambda reference: ids)), plain


def files_of(chance: Random) -> dict[str, list[Entry]]:
    """Each case with some of its entries."""
    made = {case: template(case) for case in CASES}
    return {case: facts[: chance.randint(1, len(facts))] for case, facts in made.items()}


@pytest.mark.parametrize("seed", range(times(16, least=3)))
def test_random_changes_give_the_columns_of_the_cases_as_they_are(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixteen changes of one case or several, in random order, few layers, joins forced small, settled now and then."""
    chance = dice(seed)
    monkeypatch.setattr(column_layers, "MOST_LAYERS", chance.randint(1, 4))
    monkeypatch.setattr(column_layers, "JOINED_AT_ONCE", chance.randint(1, 6))
    files = files_of(chance)
    begun = dict(list(files.items())[:8])
    layers, whole = ColumnLayers(columns_of(begun)), {case: template(case) for case in CASES}
    for turn in range(16):
        changed = chance.sample(CASES, chance.choice((1, 1, 2, 5)))
        files |= {case: whole[case][: max(len(files[case]), chance.randint(1, len(whole[case])))] for case in changed}
        begun |= {case: files[case] for case in changed}
        layers = layers.with_changes(columns_of({case: files[case] for case in changed}))
        if chance.random() < 0.3 and (which := layers.unsettled) is not None:
            layers = layers.with_settled(layers.settled_below(which))
        if turn == 11 and chance.random() < 0.5:
            layers = layers.with_settled(layers.folded())
    anew = columns_of(begun)
    assert said(layers.columns, begun) == said(anew, begun)
    assert said(merge([layers.columns]), begun) == said(anew, begun)


def test_there_are_at_most_eight_layers_and_a_small_change_joins_few_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two hundred changes most join nothing, and none joins more cases than may be joined at once."""
    asked: list[int] = []

    def noted(layers: Sequence[ColumnStore]) -> ColumnStore:
        asked.append(sum(layer.numbers for layer in layers) if len(layers) > 1 else 0)
        return joined(layers)

    monkeypatch.setattr(column_layers, "joined", noted)
    monkeypatch.setattr(column_layers, "JOINED_AT_ONCE", 20)
    one = template("one")[:2]
    layers = ColumnLayers(columns_of({CASES[0]: one}))
    for number in range(200):
        layers = layers.with_changes(columns_of({f"X{number + 1:06}/2": one}))
        assert max(asked, default=0) <= 20
        asked.clear()
        while (which := layers.unsettled) is not None:
            layers = layers.with_settled(layers.settled_below(which))
        asked.clear()
        assert len(layers.layers) <= column_layers.MOST_LAYERS
    assert layers.changed == 200


def test_what_was_settled_meanwhile_stands_below_what_was_added() -> None:
    """A join that others overtook changes nothing."""
    facts = template("one")
    layers = ColumnLayers(columns_of({CASES[0]: facts[:1]}))
    for number in range(2, 6):
        layers = layers.with_changes(columns_of({CASES[0]: facts[:number]}))
    lower = layers.settled_below(slice(1, 4))
    later = layers.with_changes(columns_of({CASES[0]: facts}))
    settled = later.with_settled(lower)
    assert len(settled.layers) == 3 and settled.layers[2] is later.layers[4]
    assert said(settled.columns, {CASES[0]: facts}) == said(columns_of({CASES[0]: facts}), {CASES[0]: facts})
    assert settled.with_settled(lower) is settled


def test_few_rows_are_merged_as_many_are(monkeypatch: pytest.MonkeyPatch) -> None:
    files = files_of(dice(1))
    base = columns_of(dict(list(files.items())[:8])).with_changes(columns_of(dict(list(files.items())[6:])))
    at_once = merge([base])
    monkeypatch.setattr(column_merge, "FEW_ROWS", 0)
    by_clause = merge([base])
    for table, rows in at_once.tables.items():
        for one, other in zip(rows.all, by_clause.tables[table].all, strict=True):
            assert {name: column.tolist() for name, column in one.columns.items()} == {
                name: column.tolist() for name, column in other.columns.items()
            }


def test_a_base_without_the_changed_cases_is_merged_with_them() -> None:
    facts = template("one")
    base = columns_of(dict.fromkeys(CASES[:3], facts[:3]))
    changed = {CASES[1]: facts, CASES[5]: facts}
    now = {CASES[0]: facts[:3], CASES[2]: facts[:3], **changed}
    assert said(merge([without(base, list(changed)), columns_of(changed)]), now) == said(columns_of(now), now)
