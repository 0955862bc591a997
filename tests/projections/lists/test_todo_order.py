"""The bands of what is to be done and their order: each rule by a table of cases, ties, and very many items."""

import numpy as np
import pytest

from projections.lists.todo_bands import BANDS, bands, row_word
from projections.lists.todo_blocks import blocks

LETTERS = list(BANDS)


def band(*, grave: bool = False, high: bool = False, late: int | None = None, left: int = 9, clock: bool = False,
         recording: bool = False) -> str:  # fmt: skip
    """The letter of one item's band. ``late``: working days since its day passed; None: it has not, ``left`` are left."""
    days = left if late is None else -late
    columns = (grave, high or grave, late is not None, days, clock, recording)
    (found,) = bands(*(np.array([value]) for value in columns)).tolist()
    return LETTERS[int(found)]


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        # (a) very high risk, MAPPA 3 or never assessed: anything overdue
        ({"grave": True, "late": 1}, "a"),
        ({"grave": True, "late": 0}, "a"),
        ({"grave": True, "late": 300, "recording": True}, "a"),
        ({"grave": True, "late": 3, "clock": True}, "a"),
        ({"grave": True, "left": 1}, "c"),
        ({"grave": True, "left": 2, "clock": True}, "b"),
        # (b) a clock that ends within two working days, or has passed
        ({"left": 3, "clock": True}, "d"),
        ({"left": 2, "clock": True}, "b"),
        ({"left": 0, "clock": True}, "b"),
        ({"late": 200, "clock": True}, "b"),
        ({"late": 0, "clock": True}, "b"),
        ({"high": True, "late": 5, "clock": True}, "b"),
        # (c) high risk or MAPPA 2, (d) all others
        ({"high": True, "late": 1}, "c"),
        ({"high": True, "left": 5}, "c"),
        ({"high": True, "left": 3, "clock": True}, "c"),
        ({"late": 400}, "d"),
        ({"left": 5}, "d"),
        # (e) recording
        ({"late": 1, "recording": True}, "e"),
        ({"high": True, "late": 1, "recording": True}, "e"),
    ],
)
def test_the_first_rule_that_fits_is_the_band(said: dict[str, object], wanted: str) -> None:
    assert band(**said) == wanted  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("number", "risk", "mappa", "word"),
    [
        (0, "very_high", 3, "Very high risk"), (0, "high", 3, "MAPPA 3"), (0, None, 3, "MAPPA 3"),
        (0, None, None, "Never assessed"),
        (1, "low", None, "Enforcement clock"), (2, "high", 2, "High risk"), (2, "very_high", None, "High risk"),
        (2, "medium", 2, "MAPPA 2"), (3, "low", None, "Other cases"), (4, "high", None, "Recording"),
    ],
)  # fmt: skip
def test_each_row_says_which_reason_of_its_band_holds(
    number: int, risk: str | None, mappa: int | None, word: str
) -> None:
    assert row_word(number, risk, mappa) == word


def listed(*items: tuple[int, int, int]) -> list[tuple[int, list[int]]]:
    """The blocks of items given as (case, band, days left): each case with the indices of its items. Cases sort by number."""
    case, band_, left = (np.array(column) for column in zip(*items, strict=True))
    found = blocks(case, band_, left, np.arange(len(items)), case)
    return [(int(one), found.of(at).tolist()) for at, one in enumerate(found.case)]


def test_blocks_stand_by_band_then_lateness_then_case_number() -> None:
    assert listed((7, 3, -90), (5, 2, -1), (6, 0, 0), (4, 2, -8)) == [(6, [2]), (4, [3]), (5, [1]), (7, [0])]
    assert [case for case, _ in listed((9, 2, -4), (3, 2, -4), (6, 2, -4))] == [3, 6, 9]


def test_a_case_is_one_block_in_the_band_of_its_first_item() -> None:
    found = listed((8, 3, -50), (5, 2, -60), (8, 1, -2), (8, 3, -70), (8, 1, 1))
    assert found == [(8, [2, 4, 3, 0]), (5, [1])]


def test_a_block_is_as_late_as_the_items_of_its_own_band() -> None:
    assert [case for case, _ in listed((8, 1, -2), (8, 3, -90), (5, 1, -3))] == [5, 8]


def test_equal_items_of_a_case_keep_the_order_of_the_tie() -> None:
    found = blocks(*(np.array(c) for c in ([4, 4, 4], [2, 2, 2], [-5, -5, -5], [30, 10, 20], [0, 0, 0])))
    assert found.of(0).tolist() == [1, 2, 0]


def test_nothing_makes_no_block() -> None:
    none = np.zeros(0, np.int64)
    assert len(blocks(none, none, none, none, none)) == 0


def test_a_thousand_items_are_blocks_of_which_none_is_lost() -> None:
    drawn = np.random.default_rng(18)
    case, band_, left = drawn.integers(0, 300, 1_000), drawn.integers(0, 5, 1_000), drawn.integers(-200, 10, 1_000)
    found = blocks(case, band_, left, np.arange(1_000), case)
    assert sorted(found.items.tolist()) == list(range(1_000))
    keys = [
        (min(band_[case == c]), min(left[(case == c) & (band_ == min(band_[case == c]))]), c)
        for c in found.case.tolist()
    ]
    assert keys == sorted(keys) and len(set(found.case.tolist())) == len(found)
    for at in range(len(found)):
        inside = found.of(at)
        assert set(case[inside].tolist()) == {int(found.case[at])}
        assert [*zip(band_[inside], left[inside], strict=True)] == sorted(zip(band_[inside], left[inside], strict=True))
