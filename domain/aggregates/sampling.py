"""Drawing a sample that anybody can repeat: the same frame, size and seed give the same cases on any machine.

Every case of the frame has a ticket: the SHA-256 of ``seed:reference`` (UTF-8, in hex). The cases of a stratum are
taken in the order of their tickets. Each stratum gets its proportional share of the sample, rounded half up. If the
rounded shares do not add up to the sample, the largest stratum that can takes up the difference (HMI Probation's
sampler, 2020: strata of 454, 138, 327, 129 and 169 and a sample of 148 give 54, 17, 40, 16 and 21).

With a limit on the cases of one officer, the strata are drawn in the order of their names. A case is passed over only
where its officer is at the limit, or where no sample could be completed with it (``officer_limits``). So a draw is
refused only where no sample exists.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from hashlib import sha256
from math import ceil, floor
from typing import NamedTuple

from domain.aggregates.officer_limits import CompletionPlan, Shortage
from domain.entries.inspection_entries import Framed

SPARE_PER_CENT = 20
"""Spare cases for each hundred drawn (HMI Probation's sampler, 2020)."""

MOST_PER_OFFICER = 6
"""The most cases of one officer in a sample (HMI Probation's sampler, 2020)."""

MOST_NAMED = 8
"""Officers whom a refusal names."""


class CannotDraw(ValueError):
    """The frame is too small for this sample. The message says what it allows."""


class Drawn(NamedTuple):
    """The cases of a sample and the spare cases, each ordered by stratum and then by ticket."""

    cases: list[str]
    spares: list[str]


def allocate(sizes: Mapping[str, int], total: int) -> dict[str, int]:
    """Stratum -> its share of ``total``; the shares add up to ``total``. ``CannotDraw`` if there are fewer cases."""
    everything = sum(sizes.values())
    if not 0 < total <= everything:
        raise CannotDraw(f"the frame holds {everything} cases; a sample of {total} can't be drawn from it")
    shares = {name: floor(Fraction(size * total, everything) + Fraction(1, 2)) for name, size in sizes.items()}
    largest_first = sorted(sizes, key=lambda name: (-sizes[name], name))
    while (off := total - sum(shares.values())) != 0:
        step = 1 if off > 0 else -1
        shares[next(n for n in largest_first if 0 <= shares[n] + step <= sizes[n])] += step
    return shares


def ticket(seed: str, reference: str) -> str:
    """The ticket of a case in the draw with this seed: 64 hexadecimal digits."""
    return sha256(f"{seed}:{reference}".encode()).hexdigest()


def draw(
    frame: Sequence[Framed],
    size: int,
    seed: str,
    *,
    per_officer: int | None = None,
    spare_per_cent: int = SPARE_PER_CENT,
) -> Drawn:
    """Draw a sample of ``size`` cases, with at most ``per_officer`` of one officer (None: no limit), and spare cases.

    Each stratum gives ``spare_per_cent`` per cent of its share as spares, rounded up, or as many as are left.
    ``CannotDraw`` where the frame is too small, or the limit too low.
    """
    strata: defaultdict[str, list[Framed]] = defaultdict(list)
    for framed in sorted(frame, key=lambda f: ticket(seed, f.case)):
        strata[framed.stratum].append(framed)
    shares = allocate({name: len(cases) for name, cases in sorted(strata.items())}, size)
    taken = {case for name, share in shares.items() for case in _first(strata[name], share)}
    if per_officer is not None:
        taken = _within_limit(strata, shares, per_officer)
    drawn = {name: [f.case for f in strata[name] if f.case in taken] for name in shares}
    spares = {name: [f.case for f in strata[name] if f.case not in taken] for name in shares}
    return Drawn(
        [case for cases in drawn.values() for case in cases],
        [case for name, share in shares.items() for case in spares[name][: ceil(share * spare_per_cent / 100)]],
    )


def _first(cases: Sequence[Framed], share: int) -> list[str]:
    return [framed.case for framed in cases[:share]]


def _within_limit(strata: Mapping[str, Sequence[Framed]], shares: Mapping[str, int], limit: int) -> set[str]:
    """The cases drawn with at most ``limit`` of one officer. ``CannotDraw`` where no such sample exists."""
    plan = _plan(strata, shares, limit)
    if plan.shortage is not None:
        raise CannotDraw(_refusal(plan.shortage, strata, shares, limit))
    taken: set[str] = set()
    for name, share in shares.items():
        left = share
        for framed in strata[name]:
            if left and plan.take(name, framed.holder):
                taken.add(framed.case)
                left -= 1
            else:
                plan.leave(name, framed.holder)
    return taken


def _plan(strata: Mapping[str, Sequence[Framed]], shares: Mapping[str, int], limit: int) -> CompletionPlan:
    cases = Counter((framed.stratum, framed.holder) for name in shares for framed in strata[name])
    return CompletionPlan(shares, cases, limit)


def _refusal(shortage: Shortage, strata: Mapping[str, Sequence[Framed]], shares: Mapping[str, int], limit: int) -> str:
    """Why no sample exists: in which strata, because of which officers, and the limit that would do."""
    most = max(Counter(f.holder for cases in strata.values() for f in cases).values())
    enough = bisect_left(range(limit, most), True, key=lambda n: _plan(strata, shares, n).shortage is None) + limit
    asked = sum(shares[name] for name in shortage.strata)
    held = Counter(f.holder for name in shortage.strata for f in strata[name])
    called = {f.holder: f.officer for name in shortage.strata for f in strata[name]}
    named = [f"{called[key]} ({held[key]})" for key in shortage.officers[:MOST_NAMED]]
    names = " and ".join(f"'{name}'" for name in shortage.strata)
    others = f" and {more} more" if (more := len(shortage.officers) - len(named)) else ""
    return (
        f"with at most {limit} cases an officer, only {asked - shortage.missing} of the {asked} cases of {names} can be "
        f"drawn: too many of them are held by {', '.join(named)}{others}; raise the limit to {enough}, or ask for fewer cases"
    )
