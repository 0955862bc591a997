"""The layout of a supervision chart: the place of each mark and band, in CSS pixels."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from domain.calendar.workdays import ONE_DAY
from projections.cases.chart_lanes import ChartBand, Lane
from projections.cases.supervision_chart import SupervisionChart
from web.cases.chart_legend import BAR, HEIGHTS, KINDS, RANKS, kind_of, meaning
from web.cases.chart_text import ChartRow, band_words, mark_words, rows, summary
from web.presentation.formatting import short_date
from web.presentation.time_axis import Scale, Tick

NAMES, EDGE = 134, 12
"""The width for the names of the lanes, and the margin beside the first and the last day, so that no mark is cut."""

HEAD, PAD, FOOT = 26, 8, 28
"""The heights of the row of months, of the padding above and below in a lane, of the row of days."""

STEP = 15
"""The least distance between two marks of a row, and between two rows."""

LETTER = 7.5
"""The width allowed for a letter of a label."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A mark with the coordinates of its middle."""

    x: float
    y: float
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A band with its coordinates. ``label``: empty where it would not fit above the bar."""

    x: float
    y: float
    width: float
    height: int
    kind: str
    words: str
    label: str


@dataclass(frozen=True, slots=True)
class PlacedLane:
    name: str
    top: float
    height: float
    shapes: Sequence[Shape]
    bars: Sequence[Bar]


@dataclass(frozen=True, slots=True)
class PlacedChart:
    """A chart with all coordinates. The lanes lie between ``top`` and ``foot``.

    ``ahead``: the x coordinate at which the days after the day read begin; None if supervision had ended. ``key``: each
    kind that is drawn, its meaning, and the height of its bar (0: it is a shape).
    """

    width: float
    height: float
    names: int
    lanes: Sequence[PlacedLane]
    months: Sequence[Tick]
    ends: Sequence[Tick]
    top: float
    foot: float
    ahead: float | None
    key: Sequence[tuple[str, str, int]]
    summary: str
    rows: Sequence[ChartRow]


def chart(supervision: SupervisionChart) -> PlacedChart:
    """Lay out a supervision. Its width follows from its days, its height from the days with the most marks."""
    scale = Scale(supervision.first, supervision.last, NAMES + EDGE)
    stacked = [_stack(lane, scale) for lane in supervision.lanes]
    heights = [
        2 * PAD + (2 * BAR if lane.bands else STEP * (max(stack, default=0) + 1))
        for lane, stack in zip(supervision.lanes, stacked, strict=True)
    ]
    width, foot = scale.right + EDGE, HEAD + sum(heights)
    placed = []
    for lane, stack, top, height in zip(
        supervision.lanes, stacked, accumulate(heights, initial=HEAD), heights, strict=False
    ):
        shapes = [
            Shape(
                scale.middle(mark.day), top + PAD + STEP * (row + 0.5), kind_of(mark), mark_words(mark, supervision.day)
            )
            for mark, row in zip(lane.marks, stack, strict=True)
        ]
        bars = [_bar(band, scale, top + height - PAD) for band in lane.bands]
        placed.append(PlacedLane(lane.name, top, height, shapes, bars))
    return PlacedChart(
        width=width,
        height=foot + FOOT,
        names=NAMES,
        lanes=placed,
        months=list(scale.months()),
        ends=list(_ends(supervision, scale)),
        top=HEAD,
        foot=foot,
        ahead=scale.x(supervision.day + ONE_DAY) if supervision.ended is None else None,
        key=_key(placed),
        summary=summary(supervision),
        rows=rows(supervision),
    )


def _key(lanes: Sequence[PlacedLane]) -> list[tuple[str, str, int]]:
    """What each kind drawn means, with the height of its bar (0: it is a shape)."""
    drawn: dict[str, set[str]] = {}
    for lane in lanes:
        for kind in (*(shape.kind for shape in lane.shapes), *(bar.kind for bar in lane.bars)):
            drawn.setdefault(kind, set()).add(lane.name)
    return [(kind, meaning(kind, drawn[kind]), HEIGHTS.get(kind, 0)) for kind in KINDS if kind in drawn]


def _stack(lane: Lane, scale: Scale) -> list[int]:
    """The row of each mark: the first in which it touches no other. Marks of a lower rank come above the others."""
    rows = dict.fromkeys(range(len(lane.marks)), 0)
    below = 0
    for rank in range(3):
        ends: list[float] = []
        for n, mark in enumerate(lane.marks):
            if RANKS.get(kind_of(mark), 1) == rank:
                x = scale.middle(mark.day)
                row = next((r for r, end in enumerate(ends) if x - end >= STEP), len(ends))
                ends[row : row + 1] = [x]
                rows[n] = below + row
        below += len(ends)
    return list(rows.values())


def _bar(band: ChartBand, scale: Scale, bottom: float) -> Bar:
    x, end, height = scale.x(band.start), scale.x(band.until), HEIGHTS[band.kind]
    label = KINDS[band.kind] if LETTER * len(KINDS[band.kind]) <= end - x else ""
    return Bar(x, bottom - height, round(end - x, 1), height, band.kind, band_words(band), label)


def _ends(supervision: SupervisionChart, scale: Scale) -> Iterator[Tick]:
    """The days named below the lanes: the end or the day read, and the start if both fit."""
    over = supervision.ended or supervision.day
    begun = Tick(scale.x(supervision.started), f"Started {short_date(supervision.started)}")
    words = f"{'Ended' if supervision.ended else 'As at'} {short_date(over)}"
    end = scale.x(over + ONE_DAY)
    room = end - begun.x - LETTER * len(begun.label)
    yield begun if room >= LETTER * len(words) else Tick(begun.x, "")
    fits_before = end - NAMES >= LETTER * len(words)
    yield Tick(end, words, "end" if fits_before else "start")
