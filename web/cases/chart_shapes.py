"""The layout of a supervision chart: the place of each mark and band, in CSS pixels."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from domain.calendar.workdays import ONE_DAY
from projections.cases.chart_lanes import ChartBand, Lane, Mark
from projections.cases.supervision_chart import SupervisionChart
from web.cases.chart_legend import BAR, HEIGHTS, KINDS, RANKS, kind_of, meaning
from web.cases.chart_text import ChartRow, band_words, mark_label, mark_words, rows, summary
from web.presentation.formatting import short_date
from web.presentation.time_axis import Scale, Tick

NAMES, EDGE = 134, 12
"""The width for the names of the lanes, and the margin beside the first and the last day, so that no mark is cut."""

HEAD, PAD, FOOT = 26, 8, 28
"""The heights of the row of months, of the padding above and below in a lane, of the row of days."""

STEP = 24
"""The least distance between two marks of a row, and between two rows: each can be hit by a finger."""

LETTER, BESIDE = 7.5, 11
"""The width allowed for a letter of a label, and the distance of the label of a mark from its middle."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A mark with the coordinates of its middle. ``label``: the words beside it, which end there if ``before``; most have none.

    ``entry``: the entry to which it leads; None: it leads nowhere.
    """

    x: float
    y: float
    kind: str
    words: str
    entry: str | None = None
    label: str = ""
    before: bool = False

    @property
    def label_x(self) -> float:
        return round(self.x - BESIDE if self.before else self.x + BESIDE, 1)


@dataclass(frozen=True, slots=True)
class Bar:
    """A band with its coordinates. ``label``: empty where it would not fit above the bar; that of the last always stands.

    ``label_end``: whether the label ends at the right end of the bar.
    """

    x: float
    y: float
    width: float
    height: int
    kind: str
    words: str
    label: str
    entry: str | None = None
    label_end: bool = False


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
    labels = _labels(supervision)
    stacked = [_stack(lane, scale, labels) for lane in supervision.lanes]
    heights = [_height(lane, stack) for lane, stack in zip(supervision.lanes, stacked, strict=True)]
    width, foot = scale.right + EDGE, HEAD + sum(heights)
    placed = []
    for lane, stack, top, height in zip(
        supervision.lanes, stacked, accumulate(heights, initial=HEAD), heights, strict=False
    ):
        shapes = [
            _shape(mark, row, top, scale, labels.get(id(mark), ""), supervision.day)
            for mark, row in zip(lane.marks, stack, strict=True)
        ]
        bars = [_bar(band, scale, top + height - PAD, band is lane.bands[-1]) for band in lane.bands]
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


def _height(lane: Lane, stack: Sequence[int]) -> int:
    rows = STEP * (max(stack) + 1) if stack else 0
    return 2 * PAD + max(rows + (2 * BAR if lane.bands else 0), STEP)


def _labels(supervision: SupervisionChart) -> dict[int, str]:
    """The words beside marks, by the mark's ``id``: beside what is overdue and what falls due next."""
    due = [mark for mark in supervision.lane("Late or missing").marks if mark.kind in ("overdue", "due")]
    upcoming = min((mark.day for mark in due if mark.kind == "due"), default=None)
    return {id(mark): mark_label(mark) for mark in due if mark.kind == "overdue" or mark.day == upcoming}


def _before(x: float, label: str, scale: Scale) -> bool:
    """Whether a label stands before its mark: where it would run beyond the end."""
    return x + BESIDE + LETTER * len(label) > scale.right


def _shape(mark: Mark, row: int, top: float, scale: Scale, label: str, day: date) -> Shape:
    x = scale.middle(mark.day)
    words, y = mark_words(mark, day), top + PAD + STEP * (row + 0.5)
    return Shape(x, y, kind_of(mark), words, mark.entry, label, bool(label) and _before(x, label, scale))


def _extent(x: float, label: str, scale: Scale) -> tuple[float, float]:
    """The x at which a mark with its label begins and ends."""
    length = LETTER * len(label) if label else 0
    return (x - length, x) if label and _before(x, label, scale) else (x, x + length)


def _stack(lane: Lane, scale: Scale, labels: Mapping[int, str]) -> list[int]:
    """The row of each mark: the first in which it touches no other. Marks of a lower rank come above the others."""
    rows = dict.fromkeys(range(len(lane.marks)), 0)
    below = 0
    for rank in range(3):
        taken: list[list[tuple[float, float]]] = []
        for n, mark in enumerate(lane.marks):
            if RANKS.get(kind_of(mark), 1) == rank:
                begins, ends = _extent(scale.middle(mark.day), labels.get(id(mark), ""), scale)
                free = (r for r, row in enumerate(taken) if all(begins - e >= STEP or b - ends >= STEP for b, e in row))
                at = next(free, len(taken))
                taken += [[]] if at == len(taken) else []
                taken[at].append((begins, ends))
                rows[n] = below + at
        below += len(taken)
    return list(rows.values())


def _bar(band: ChartBand, scale: Scale, bottom: float, last: bool) -> Bar:
    x, end, height = scale.x(band.start), scale.x(band.until), HEIGHTS[band.kind]
    fits = LETTER * len(KINDS[band.kind]) <= end - x
    label = KINDS[band.kind] if fits or last else ""
    return Bar(
        x, bottom - height, round(end - x, 1), height, band.kind, band_words(band), label, band.entry, last and not fits
    )


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
