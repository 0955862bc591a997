"""Behind a figure: the cases or the duties that it counts, a page at a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Generic, NamedTuple, TypeVar

import numpy as np

from domain.frameworks import Framework, Question
from projections.answers import VERDICTS, Verdict
from projections.blocks import Block
from projections.catalogue import catalogue
from projections.coding import Coding
from projections.counts import HELD, Measure, among, fallen
from projections.days import day_of
from projections.ledger import Place
from projections.slices import AsAt, By, Key
from projections.tables import Array
from projections.tally import blocks

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some of ``total``, from the one after the ``first`` on."""

    items: list[T]
    first: int
    total: int


class Fallen(NamedTuple):
    """A duty that fell due: on whose case, under which clause (its number), when, met when, who held the case then."""

    reference: str
    clause: int
    due_on: date
    met_on: date | None
    held: bool
    place: Place

    @property
    def clause_id(self) -> str:
        return catalogue().clauses[self.clause].id


def cases_behind(
    framework: Framework, at: AsAt, question: Question, verdict: Verdict, cases: Array | None = None, first: int = 0,
    size: int = 50,
) -> Page[str]:  # fmt: skip
    """The references of the cases with this answer, in order: those that a score or a table counts."""
    of = np.where(at.there if cases is None else at.there & cases, 0, -1)
    found = []
    for numbers in blocks(of):
        answer, _ = Block(framework, at, numbers).answer(question)
        found.append(numbers[(answer == VERDICTS.index(verdict)) & (of[numbers] == 0)])
    chosen = np.concatenate(found).tolist() if found else []
    if at.columns.gone is not None:  # numbers are in order of references but for cases that have changed
        chosen.sort(key=lambda number: at.columns.references[number])
    return Page([at.columns.references[number] for number in chosen[first : first + size]], first, len(chosen))


def duties_behind(
    at: AsAt, since: date | None = None, clauses: Iterable[int] | None = None, by: By = (), key: Key = (),
    measure: Measure = "in_time", held: bool | None = None, cases: Array | None = None, first: int = 0, size: int = 50,
) -> Page[Fallen]:  # fmt: skip
    """The duties that ``counts`` with the same arguments counts under this key, the longest due first.

    ``held``: only those met (in time), or only the others.
    """
    coding, holds = Coding(at, by, since), among(HELD[measure])
    wanted = coding.number(key)
    parts = []
    for clause, run, which in fallen(at, since, clauses, cases):
        chosen = which[coding.code(clause, run, which) == wanted]
        if held is not None:
            chosen = chosen[holds[run.state[chosen]] == held]
        rows = {name: run.rows[name][run.at][chosen] for name in ("due", "met", "place")}
        number = np.full(len(chosen), clause)
        parts.append((rows["due"], run.case[chosen], number, rows["met"], holds[run.state[chosen]], rows["place"]))
    if not parts:
        return Page([], first, 0)
    due, case, clause_number, met, kept, place = map(np.concatenate, zip(*parts, strict=True))
    order = np.lexsort((clause_number, case, due))[first : first + size]
    items = [
        Fallen(
            at.columns.references[int(case[n])], int(clause_number[n]), _day(due[n]),
            day_of(int(met[n])) if met[n] <= at.day else None, bool(kept[n]), at.columns.words["place"][int(place[n])],
        )
        for n in order.tolist()
    ]  # fmt: skip
    return Page(items, first, len(due))


def _day(number: int) -> date:
    day = day_of(int(number))
    assert day is not None
    return day
