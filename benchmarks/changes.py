"""Changed cases laid over the columns of all, and what is asked after that."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import cycle
from typing import Any

from benchmarks.questions import HINDSIGHT, MOMENTS, Layers, forgotten, score_all, table_by_team
from benchmarks.timing import Figures, best, best_in_turns, took
from domain.entries.case_entries import Entry
from projections.columns.case_selection import CaseSelection
from projections.columns.column_store import ColumnStore
from projections.history.moment import Moment
from projections.ledger.ledger import Ledger

Derived = tuple[Ledger, Sequence[Entry]]
"""The ledger of a case, and its entries in the order of storing."""

MANY = 2_500
"""So many cases have changed where a figure's name ends with *above many*."""


def over_base(columns: ColumnStore, ledgers: Sequence[Derived], times: int) -> Figures:
    """A hundred changed cases laid over the columns, and the score after."""
    references = _some(columns, 100)

    def lay() -> ColumnStore:
        return columns.with_changes(_changed(references, ledgers))

    laid = lay()
    return {
        **best("lay over 100 cases", [took(lay) for _ in range(times)]),
        **best(
            "score after", [took(lambda: score_all(CaseSelection(forgotten(laid), HINDSIGHT))) for _ in range(times)]
        ),
    }


def after_one_more(columns: ColumnStore, ledgers: Sequence[Derived], times: int) -> Figures:
    """One more changed case laid over the base, and over many changed cases; score and table of all after that.

    Both were asked for before, so that what is kept of the base need not be counted again.
    """
    takes: dict[str, Callable[[], Any]] = {}
    for words, many in (("", []), (" above many", _some(columns, MANY))):
        layers = Layers(columns)
        layers.take_in(_changed(many, ledgers))
        one_more = OneMore(layers, [_changed([columns.references[at]], ledgers) for at in (0, columns.numbers - 1)])
        takes[f"lay over one{words}"] = one_more
        for known, moment in MOMENTS.items():
            for name, ask in (("score", score_all), ("table", table_by_team)):
                takes[f"{name} after one more{known}{words}"] = partial(one_more, ask, moment)
    for take in takes.values():
        take()
    return best_in_turns(takes, times)


class OneMore:
    """Takes in one changed case, another one than the last time, and asks something."""

    def __init__(self, layers: Layers, cases: list[ColumnStore]):
        self.layers, self.cases = layers, cycle(cases)

    def __call__(self, ask: Callable[[CaseSelection], Any] = lambda at: None, moment: Moment = HINDSIGHT) -> None:
        ask(CaseSelection(self.layers.take_in(next(self.cases)), moment))


def _some(columns: ColumnStore, number: int) -> list[str]:
    """So many references from all over the columns."""
    return [columns.references[at] for at in range(0, columns.numbers, max(1, columns.numbers // number))][:number]


def _changed(references: Iterable[str], ledgers: Sequence[Derived]) -> ColumnStore:
    return ColumnStore.of((name, *of_one) for name, of_one in zip(references, cycle(ledgers), strict=False))
