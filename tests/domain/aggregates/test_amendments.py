"""Withdrawals of withdrawals: who names whom decides, not when they were recorded."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.aggregates.amendments import amended, withdrawn
from domain.entries.case_entries import Entry, EntryWithdrawn, TierSet
from tests.domain.aggregates.test_case_file import fact
from tests.support.depth import examples

TIER = fact("TierSet", "tier", tier=2)


def withdrawal(entry: str, of: str, hour: int = 12) -> EntryWithdrawn:
    made = fact("EntryWithdrawn", entry, recorded_at=f"2005-06-20T{hour:02}:00:00+01:00", of=of, reason="r")
    assert isinstance(made, EntryWithdrawn)
    return made


@pytest.mark.parametrize("hours", [(12, 12), (9, 15), (15, 9)])
@pytest.mark.parametrize("ids", [("w9", "w10"), ("a", "b"), ("b", "a")])
def test_a_withdrawal_that_is_withdrawn_has_no_effect(ids: tuple[str, str], hours: tuple[int, int]) -> None:
    first = withdrawal(ids[0], "tier", hours[0])
    second = withdrawal(ids[1], first.entry, hours[1])
    assert amended([TIER, first]) == []
    for order in permutations([TIER, first, second]):
        assert amended(list(order)) == [TIER]


def test_a_correction_whose_withdrawal_is_withdrawn_holds() -> None:
    corrected = fact("EntryCorrected", "c", of="tier", fields={"tier": 4})
    chain: list[Entry] = [TIER, corrected, withdrawal("w9", "c"), withdrawal("w10", "w9")]
    tiers = [[one.tier for one in amended(chain[:n]) if isinstance(one, TierSet)] for n in (1, 2, 3, 4)]
    assert tiers == [[2], [4], [2], [4]]


@given(st.lists(st.integers(0, 7), min_size=1, max_size=8), st.randoms(use_true_random=False))
@examples(100)
def test_any_chain_reads_as_its_own_definition(names: list[int], shuffled: st.DrawFn) -> None:
    """The n-th withdrawal names the entry or one of those before it."""
    chain = [withdrawal(f"w{n}", "tier" if name >= n else f"w{name}") for n, name in enumerate(names)]
    order = list(chain)
    shuffled.shuffle(order)  # type: ignore[attr-defined]
    assert withdrawn(order) == {f.of for f in chain if holds(f, chain)}


def holds(one: EntryWithdrawn, chain: list[EntryWithdrawn]) -> bool:
    return not any(holds(other, chain) for other in chain if other.of == one.entry)


def test_withdrawals_in_a_circle_have_no_effect() -> None:
    assert withdrawn([withdrawal("a", "b"), withdrawal("b", "a"), withdrawal("c", "c"), withdrawal("d", "tier")]) == {
        "tier"
    }
