"""Charts of shares over time: the coordinates of points, intervals and lines, which a template writes as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from projections.reports.proportions import Proportion

WIDTH, HEIGHT = 720, 260
LEFT, RIGHT, TOP, FOOT = 54, 34, 12, 34
"""The margins around the plot, in units of the drawing (SVG user units)."""

LABELS = 8
"""The most months that are named below the plot."""


@dataclass(frozen=True, slots=True)
class TrendMark:
    """One month: its point, and its 95 % interval from ``low`` to ``high``, all in units of the drawing."""

    x: float
    y: float
    low: float
    high: float
    words: str


@dataclass(frozen=True, slots=True)
class TrendSeries:
    """One line of the chart. ``paths``: its points as SVG polylines, a new one after each month without a figure."""

    kind: str
    name: str
    marks: Sequence[TrendMark]
    paths: Sequence[str]


@dataclass(frozen=True, slots=True)
class TrendChart:
    series: Sequence[TrendSeries]
    months: Sequence[tuple[float, str]]
    grid: Sequence[tuple[float, str]]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    foot: int = HEIGHT - FOOT


def chart(ends: Sequence[date], several: Sequence[tuple[str, str, Sequence[Proportion]]]) -> TrendChart:
    """The chart of ``several`` lines, each ``(kind, name, figures)``: one figure for each month's end in ``ends``."""
    room = WIDTH - LEFT - RIGHT
    step = room / max(len(ends) - 1, 1)
    across = [LEFT + (room / 2 if len(ends) == 1 else n * step) for n in range(len(ends))]
    every = -(-len(ends) // LABELS)
    months = [
        (round(x, 1), f"{end:%b}" + (f" {end:%y}" if n == 0 or end.month == 1 or every > 1 else ""))
        for n, (x, end) in enumerate(zip(across, ends, strict=True))
        if n % every == 0
    ]
    grid = [(round(_height(share), 1), f"{share}%") for share in (0, 25, 50, 75, 100)]
    return TrendChart([_series(kind, name, figures, across) for kind, name, figures in several], months, grid)


def _series(kind: str, name: str, figures: Sequence[Proportion], across: Sequence[float]) -> TrendSeries:
    marks: list[TrendMark] = []
    runs: list[list[str]] = [[]]
    for x, figure in zip(across, figures, strict=True):
        if figure.score is None or figure.interval is None:
            runs.append([])
            continue
        y, low, high = (round(_height(float(v)), 1) for v in (figure.score, *figure.interval))
        marks.append(TrendMark(round(x, 1), y, low, high, f"{figure.held} of {figure.n}"))
        runs[-1].append(f"{x:.1f},{y}")
    return TrendSeries(kind, name, marks, [" ".join(run) for run in runs if len(run) > 1])


def _height(share: float) -> float:
    """The y coordinate of a share in per cent."""
    return TOP + (HEIGHT - FOOT - TOP) * (1 - share / 100)
