"""The rules by which a framework rates: bands, the panel's discretion near them, totals, and what of it is not laid."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from domain.entries.code_lists import DiscretionGround


@dataclass(frozen=True, slots=True)
class Stated:
    """A rule that is stated somewhere: where, and how sure we are of it."""

    cite: str
    sure: str
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """How far into supervision the cases of a sample are: begun from ``most`` to ``least`` months before the sample date."""

    most: int
    least: int
    cite: str
    sure: str
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class ScoreBand:
    """A named range, from ``least`` (per cent, or points of a total) up to the next band. ``points``: what it counts in a
    total; None: nothing is totalled."""

    title: str
    least: int
    sure: str
    cite: str
    remark: str | None = None
    points: int | None = None

    @property
    def words(self) -> str:
        """The title as it is printed: what is recalled and not found says so."""
        return f"{self.title} (recalled)" if self.sure == "R" else self.title


@dataclass(frozen=True, slots=True)
class BandOf:
    """Which figure is placed in a band: as ``printed`` (64.6 as 65) or ``exact`` (64.6)."""

    figure: Literal["printed", "exact"]
    cite: str
    sure: str
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class Discretion:
    """One ground on which a panel may place a section in the next band.

    ``near_boundary``: its figure is at most ``within`` points from the boundary. ``one_case``: one answer more or fewer
    changes the band. ``few_cases``: its figure rests on at most ``at_most`` cases.
    """

    ground: DiscretionGround
    cite: str
    sure: str
    remark: str | None = None
    within: int = 0
    at_most: int = 0


@dataclass(frozen=True, slots=True)
class NotLaid:
    """A part of a framework that is known to exist and was not found. It has no value here."""

    what: str
    cite: str
    sure: str
    remark: str | None = None


def band_of(bands: Sequence[ScoreBand], figure: Fraction | int | None) -> ScoreBand | None:
    """The last of these bands that a figure reaches; None without a figure or bands."""
    reached = [band for band in bands if figure is not None and figure >= band.least]
    return reached[-1] if reached else None
