"""Drawing a sample that anybody can repeat: the same frame, size and seed give the same cases on any machine.

Every case of the frame has a ticket: the SHA-256 of ``seed:reference`` (UTF-8, in hex). The cases of a stratum are
taken in the order of their tickets. Each stratum gets its proportional share of the sample, rounded half up. If the
rounded shares do not add up to the sample, the largest stratum that can takes up the difference (HMI Probation's
sampler, 2020: strata of 454, 138, 327, 129 and 169 and a sample of 148 give 54, 17, 40, 16 and 21).
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from hashlib import sha256
from math import ceil, floor
from typing import NamedTuple

from domain.entries.inspection_entries import Framed

SPARE_PER_CENT = 20
"""Spare cases for each hundred drawn (HMI Probation's sampler, 2020)."""

MOST_PER_OFFICER = 6
"""The most cases of one officer in a sample (HMI Probation's sampler, 2020)."""


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
    held: Counter[str] = Counter()
    cases: list[str] = []
    left: dict[str, list[str]] = {}
    for name, share in shares.items():
        taken: list[str] = []
        for framed in strata[name]:
            if len(taken) < share and (per_officer is None or held[framed.officer] < per_officer):
                held[framed.officer] += 1
                taken.append(framed.case)
        if len(taken) < share:
            raise CannotDraw(
                f"with at most {per_officer} cases an officer, only {len(taken)} of the {share} cases of '{name}' can be "
                "drawn; raise the limit, or ask for fewer cases"
            )
        cases += taken
        left[name] = [framed.case for framed in strata[name] if framed.case not in taken]
    spares = [case for name, share in shares.items() for case in left[name][: ceil(share * spare_per_cent / 100)]]
    return Drawn(cases, spares)
