"""Comparison: whether the figure of an officer or a place differs from that of its area, counted case by case.

Duties of one case go together: who misses one contact misses the next. So cases are counted, not duties. The rule:

* Nothing is said of fewer than ``CASES`` cases or ``DUTIES`` duties, on either side: *too few to say*.
* The unit is set against the area without it. If it did not differ, its cases might as well be any others of the area: so as
  many are drawn from all of them, ``DRAWS`` times. It differs where at most one draw in a thousand is as far to its side
  (``SURE``: 99.8 %, both sides together).

Change over time follows the same rule (``changed``). A case that had duties in both periods is one case: what is drawn is for
each case which of its two periods came first.

Draws are seeded: one question has one answer. Of more than ``MANY`` cases the normal distribution with the spread of cases
stands in for draws; the tests hold it against them.
"""

from collections.abc import Callable
from fractions import Fraction
from math import sqrt
from statistics import NormalDist
from typing import Final, Literal, NamedTuple

import numpy as np

from projections.arrays.date_numbers import Array

Comparison = Literal["better", "worse", "no difference shown", "too few"]

CASES: Final = 5
"""The fewest cases of which anything is said (a parameter)."""

DUTIES: Final = 20
"""The fewest duties (a parameter)."""

TOGETHER: Final = 0.4
"""How far duties of one case go together where the cases of the area may not be read: their correlation (a parameter)."""

ALMOST: Final = 0.005
"""A share told as none or all is taken as this near to it."""

SURE: Final = 0.998
"""A difference must leave out so much of what chance gives (a parameter)."""

DRAWS, A_TIME, SEED = 9_999, 1_111, 2005
MOST_AS_FAR: Final = 9
"""Of ``DRAWS`` draws and the unit itself one in a thousand is as far."""

MANY: Final = 100
CLEARLY_WITHIN: Final = 2.0
"""Standard deviations: what is nearer is within chance, and nothing is drawn."""

ROUNDING: Final = 1e-9
"""How near to a limit the rounding of fractions might decide."""

Draw = Callable[[np.random.Generator, int], Array]
"""So many draws: how far each is from what is expected."""


def differs(unit: Array, rest: Array) -> Comparison:
    """Whether a unit differs from the rest of its area. Each row is a case: how many duties were met, of how many."""
    unit, rest = (some[some[:, 1] > 0].astype(np.int64) for some in (unit, rest))
    if is_too_few(unit) or is_too_few(rest):
        return "too few"
    every = np.concatenate([unit, rest])
    met, n = every.sum(axis=0)
    apart = (
        every[:, 0] * n - every[:, 1] * met
    )  # from what the share of all would give; times n, so that they are whole
    cases, whole = len(unit), len(every)
    spread = sqrt(float(cases * (whole - cases) / whole * np.var(apart, ddof=1)))
    values, times = np.unique(apart, return_counts=True)

    def draw(rng: np.random.Generator, number: int) -> Array:
        drawn: Array = rng.multivariate_hypergeometric(times, cases, number, method="count") @ values
        return drawn

    return _judged(int(apart[:cases].sum()), spread, cases, draw)


class CaseSums(NamedTuple):
    """Cases added up: how many there are, their duties met and all duties, and the sums of the products of these two."""

    cases: int = 0
    met: int = 0
    n: int = 0
    met_met: int = 0
    met_n: int = 0
    n_n: int = 0

    @classmethod
    def of(cls, rows: Array) -> "CaseSums":
        """Each row is a case: how many duties were met, of how many."""
        met, n = rows.astype(np.int64).T
        return cls(len(rows), int(met.sum()), int(n.sum()), int(met @ met), int(met @ n), int(n @ n))

    def plus(self, other: "CaseSums", times: int = 1) -> "CaseSums":
        return CaseSums(*(mine + times * theirs for mine, theirs in zip(self, other, strict=True)))


def differs_by_sums(unit: CaseSums, rest: CaseSums) -> Comparison | None:
    """What ``differs`` says, from sums alone; None where it must draw, or where rounding might decide."""
    if min(unit.cases, rest.cases) < CASES or min(unit.n, rest.n) < DUTIES:
        return "too few"
    every = unit.plus(rest)
    apart = unit.met * every.n - unit.n * every.met
    squares = every.n**2 * every.met_met - 2 * every.n * every.met * every.met_n + every.met**2 * every.n_n
    if not squares:
        return "no difference shown"
    # The square of ``apart`` in those of its standard deviation. What cases are apart adds up to nought.
    far = apart**2 * every.cases * (every.cases - 1) / (unit.cases * rest.cases * squares)
    if far < CLEARLY_WITHIN**2 * (1 - ROUNDING) or (unit.cases > MANY and far < _deviations() ** 2 * (1 - ROUNDING)):
        return "no difference shown"
    if unit.cases > MANY and far > _deviations() ** 2 * (1 + ROUNDING):
        return "worse" if apart < 0 else "better"
    return None


def differs_from(unit: Array, share: Fraction) -> Comparison:
    """Whether a unit differs from a share, where the cases behind the share may not be read.

    Draws are of cases as large as the unit's, each with a share of its own round this one: a beta distribution in which two
    duties of one case go together by ``TOGETHER``.
    """
    unit = unit[unit[:, 1] > 0].astype(np.int64)
    if is_too_few(unit):
        return "too few"
    expected, n = min(max(float(share), ALMOST), 1 - ALMOST), unit[:, 1]
    weight = (1 - TOGETHER) / TOGETHER
    spread = sqrt(expected * (1 - expected) * float((n * (1 + (n - 1) * TOGETHER)).sum()))

    def draw(rng: np.random.Generator, number: int) -> Array:
        shares = rng.beta(expected * weight, (1 - expected) * weight, (number, len(n)))
        drawn: Array = rng.binomial(n, shares).sum(axis=1) - expected * n.sum()
        return drawn

    return _judged(float(unit[:, 0].sum() - expected * n.sum()), spread, len(unit), draw)


def changed(cases: Array) -> Comparison:
    """Whether a figure changed from one period to another: ``better`` or ``worse`` than before.

    Each row is a case: how many duties were met, of how many, before; and the same now. Where a period had no duty of a case,
    its two numbers are 0.
    """
    cases = cases[(cases[:, 1] > 0) | (cases[:, 3] > 0)].astype(np.int64)
    was, now = cases[:, :2], cases[:, 2:]
    if is_too_few(was[was[:, 1] > 0]) or is_too_few(now[now[:, 1] > 0]):
        return "too few"
    (was_met, was_n), (met, n) = was.sum(axis=0).tolist(), now.sum(axis=0).tolist()
    share = (was_met + met) / (was_n + n)
    # What each case adds to the change: how far it is from what the share of both periods would give, in each of them.
    added = (now[:, 0] - now[:, 1] * share) / n - (was[:, 0] - was[:, 1] * share) / was_n

    def draw(rng: np.random.Generator, number: int) -> Array:
        drawn: Array = rng.choice((-1.0, 1.0), (number, len(added))) @ added
        return drawn

    return _judged(float(added.sum()), sqrt(float((added**2).sum())), len(cases), draw)


def is_too_few(cases: Array) -> bool:
    """Whether nothing is said of so few cases or duties."""
    return len(cases) < CASES or int(cases[:, 1].sum()) < DUTIES


def _judged(apart: float, spread: float, cases: int, draw: Draw) -> Comparison:
    """``apart``: how far the unit is from what is expected. ``spread``: the standard deviation of that by chance."""
    if spread == 0 or abs(apart) < CLEARLY_WITHIN * spread:
        return "no difference shown"
    beyond = abs(apart) > _deviations() * spread if cases > MANY else _is_rare(apart, draw)
    return ("worse" if apart < 0 else "better") if beyond else "no difference shown"


def _is_rare(apart: float, draw: Draw) -> bool:
    """Whether at most ``MOST_AS_FAR`` of ``DRAWS`` draws are as far, to the same side."""
    rng, side, as_far = np.random.default_rng(SEED), -1 if apart < 0 else 1, 0
    nearly = abs(apart) * (1 - 1e-12)
    for _ in range(DRAWS // A_TIME):
        as_far += int(np.count_nonzero(side * draw(rng, A_TIME) >= nearly))
        if as_far > MOST_AS_FAR:
            return False
    return True


def _deviations() -> float:
    """The standard deviations that leave out ``SURE`` of the normal distribution."""
    return NormalDist().inv_cdf(1 - (1 - SURE) / 2)
