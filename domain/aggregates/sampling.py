"""Drawing a sample that anybody can repeat: the same frame, size and seed give the same cases on any machine.

Every case of the frame has a ticket: the SHA-256 of ``seed:reference`` (UTF-8, in hex). The cases are gone through in the order
of their tickets. One is taken wherever the sample can still be completed with it, with all that must hold:

* each stratum, and in it each local unit, gives its exact share of the sample, rounded down or up;
* of one officer there are no more cases than the limit.

A stratum's share is rounded up where what was cut off is largest; of equals, in the larger stratum, then in that whose name
sorts first. Where no sample has these shares, others are rounded up instead. A draw is refused only where no sample exists.

``half_up`` is the rule of older draws (HMI Probation's sampler, 2020): shares of strata alone, rounded half up, and the largest
stratum that can takes up the difference; the strata are drawn one after the other, in the order of their names.
``docs/sampling.md`` repeats a draw.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from hashlib import sha256
from math import ceil, floor
from statistics import NormalDist
from typing import NamedTuple

from domain.aggregates.completion_plan import Bounds, Cell, CompletionPlan, Shortage
from domain.entries.code_lists import DrawMethod
from domain.entries.inspection_entries import Framed

SPARE_PER_CENT = 20
"""Spare cases for each hundred drawn (HMI Probation's sampler, 2020)."""

MOST_PER_OFFICER = 6
"""The most cases of one officer in a sample (HMI Probation's sampler, 2020)."""

SECOND_ONE_IN, SECOND_LEAST = 10, 5
"""One case in so many is read twice, and at least so many where there are as many (**P**)."""

MOST_NAMED = 8
"""Strata, units or officers whom a refusal names."""

Bounded = Mapping[str, Bounds]


class CannotDraw(ValueError):
    """There is no such sample. The message says what is in the way, and what would do."""


class Drawn(NamedTuple):
    """The cases of a sample and the spare cases, each ordered by stratum and then by ticket."""

    cases: list[str]
    spares: list[str]


def half_up(sizes: Mapping[str, int], total: int) -> dict[str, int]:
    """The older rule: stratum -> its share of ``total``, all of which add up to it. ``CannotDraw`` if there are fewer cases."""
    everything = _check_size(sizes, total)
    shares = {name: floor(Fraction(size * total, everything) + Fraction(1, 2)) for name, size in sizes.items()}
    largest_first = sorted(sizes, key=lambda name: (-sizes[name], name))
    while (off := total - sum(shares.values())) != 0:
        step = 1 if off > 0 else -1
        shares[next(n for n in largest_first if 0 <= shares[n] + step <= sizes[n])] += step
    return shares


def largest_remainder(sizes: Mapping[str, int], total: int) -> dict[str, int]:
    """Stratum -> its share of ``total``, its exact share rounded down or up. ``CannotDraw`` if there are fewer cases."""
    everything = _check_size(sizes, total)
    shares = {name: size * total // everything for name, size in sizes.items()}
    order = sorted(sizes, key=lambda name: (-(sizes[name] * total % everything), -sizes[name], name))
    for name in order[: total - sum(shares.values())]:
        shares[name] += 1
    return shares


def _check_size(sizes: Mapping[str, int], total: int) -> int:
    everything = sum(sizes.values())
    if total < 1:
        raise CannotDraw("a sample has at least one case")
    if total > everything:
        words = f"the frame holds {everything} cases; a sample of {total} can't be drawn from it"
        raise CannotDraw(f"{words}: to read them all, ask for {everything}")
    return everything


def suggested_size(cases: int) -> int:
    """The size of a sample with a margin of 5 points at 80 % confidence, for a frame of so many cases.

    **R**: of 1,217 it gives 145, where the inspectorate's own example draws 148. It is shown beside the number that is asked for,
    and asks for nothing.
    """
    most = (NormalDist().inv_cdf(0.9) / 0.05) ** 2 / 4
    return min(cases, round(most / (1 + (most - 1) / cases)))


def ticket(seed: str, reference: str) -> str:
    """The ticket of a case in the draw with this seed: 64 hexadecimal digits."""
    return sha256(f"{seed}:{reference}".encode()).hexdigest()


def second_readings(seed: str, cases: Sequence[str]) -> list[str]:
    """Which cases of a sample are read a second time: those with the lowest tickets of ``seed:second``, in the sample's order."""
    number = max(SECOND_LEAST, ceil(len(cases) / SECOND_ONE_IN))
    twice = set(sorted(cases, key=lambda case: ticket(f"{seed}:second", case))[:number])
    return [case for case in cases if case in twice]


def draw(
    frame: Sequence[Framed],
    size: int,
    seed: str,
    *,
    per_officer: int | None = None,
    spare_per_cent: int = SPARE_PER_CENT,
    method: DrawMethod = "largest_remainder",
) -> Drawn:
    """Draw a sample of ``size`` cases, with at most ``per_officer`` of one officer (None: no limit), and spare cases.

    Each stratum gives ``spare_per_cent`` per cent of what it gives as spares, rounded up, or as many as are left.
    ``CannotDraw`` where the frame is too small, or the limit too low.
    """
    by_ticket = sorted(frame, key=lambda framed: ticket(seed, framed.case))
    strata: defaultdict[str, list[Framed]] = defaultdict(list)
    for framed in by_ticket:
        strata[framed.stratum].append(framed)
    names = sorted(strata)
    if method == "half_up":
        by_ticket = [framed for name in names for framed in strata[name]]
    taken = _take(by_ticket, size, _Sample(frame, size, method), per_officer)
    drawn = [[f.case for f in strata[name] if f.case in taken] for name in names]
    spares = [[f.case for f in strata[name] if f.case not in taken] for name in names]
    return Drawn(
        [case for cases in drawn for case in cases],
        [
            case
            for cases, left in zip(drawn, spares, strict=True)
            for case in left[: ceil(Fraction(len(cases) * spare_per_cent, 100))]
        ],
    )


class _Sample:
    """What must hold of a sample of a frame."""

    def __init__(self, frame: Iterable[Framed], size: int, method: DrawMethod):
        self.frame, self.size, self.method = list(frame), size, method
        self.sizes = Counter(framed.stratum for framed in self.frame)
        self.shares = (half_up if method == "half_up" else largest_remainder)(self.sizes, size)

    @property
    def fixed(self) -> Bounded:
        """Each stratum gives its share as it is rounded first."""
        return {name: Bounds(share, share) for name, share in self.shares.items()}

    @property
    def free(self) -> Bounded:
        """Each stratum gives its exact share, rounded down or up."""
        return self.fixed if self.method == "half_up" else {name: self._bounds(n) for name, n in self.sizes.items()}

    def unit(self, framed: Framed) -> str:
        return "" if self.method == "half_up" else framed.unit

    def plan(self, strata: Bounded, limit: int | None) -> CompletionPlan:
        cells = Counter(self.cell(framed, limit) for framed in self.frame)
        sizes: Counter[tuple[str, str]] = Counter()
        for (stratum, unit, _), number in cells.items():
            sizes[stratum, unit] += number
        whole = self.method == "half_up"
        units = {one: strata[one[0]] if whole else self._bounds(number) for one, number in sizes.items()}
        return CompletionPlan(self.size, strata, units, cells, limit)

    def cell(self, framed: Framed, limit: int | None) -> Cell:
        return framed.stratum, self.unit(framed), "" if limit is None else framed.holder

    def _bounds(self, number: int) -> Bounds:
        least, more = divmod(number * self.size, len(self.frame))
        return Bounds(least, least + (more > 0))


def _take(by_ticket: Sequence[Framed], size: int, asked: _Sample, limit: int | None) -> set[str]:
    """The cases drawn. ``CannotDraw`` where no sample keeps to the shares and the limit."""
    plan = asked.plan(asked.fixed, limit)
    if plan.shortage is not None and limit is not None:
        first, plan = plan.shortage, asked.plan(asked.free, limit)
        if plan.shortage is not None:
            raise CannotDraw(_refusal(first, asked, limit))
    taken: set[str] = set()
    for framed in by_ticket:
        if len(taken) == size:
            break
        if plan.take(cell := asked.cell(framed, limit)):
            taken.add(framed.case)
        else:
            plan.leave(cell)
    return taken


def _refusal(short: Shortage, asked: _Sample, limit: int) -> str:
    """Why no sample exists: in which strata and units, because of which officers, and the limit that would do."""
    inside = [framed for framed in asked.frame if (framed.stratum, asked.unit(framed)) in short.units]
    held = Counter(framed.holder for framed in asked.frame)
    most = max(held.values())
    enough = bisect_left(range(limit, most), True, key=lambda n: asked.plan(asked.free, n).shortage is None) + limit
    called = {framed.holder: framed.officer for framed in inside}
    officers = [f"{called[key]} ({held[key]})" for key in short.officers if key in called]
    teams = {asked.unit(framed): framed.team or framed.unit for framed in inside}
    where = _listed([f"'{name}'" for name in sorted({framed.stratum for framed in inside})])
    names = [f"'{name}'" for name in sorted(teams.values())]
    of = f", of the {'teams' if len(names) > 1 else 'team'} {_listed(names)}," if all(teams) else ""
    return (
        f"with at most {limit} cases an officer there is no such sample: {short.missing} of the cases that {where}{of} must "
        f"give are held by officers who are at the limit: {_listed(officers)}; raise the limit to {enough}, or ask for fewer cases"
    )


def _listed(names: Sequence[str]) -> str:
    """Names in words, as far as they are told."""
    told, more = list(names[:MOST_NAMED]), len(names) - MOST_NAMED
    if more > 0:
        told.append(f"{more} more")
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}" if told else ""
