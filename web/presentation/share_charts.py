"""Charts of shares: quarter by quarter with a target and the area's line, and places, clauses or groups beside one another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from projections.reports.proportions import Proportion
from web.presentation.drawing import Diamond, Dot, Drawing, Grey, Line, Mark, Words
from web.presentation.formatting import percent

WIDE, HIGH = 720, 324
LEFT, RIGHT, TOP, FOOT = 50, 120, 54, 60
"""The margins around the plot of quarters, in units of the drawing: room for names at the ends of lines."""

ROW, MANY_ROWS, LOW_ROW = 34, 8, 22
"""The height of a row; where there are more than so many, they are lower."""

NAMES, MOST_NAMES, LETTER = 210, 350, 7.8
"""The width of names: what the longest one takes, between these bounds. The width of a letter."""

INDENT = 16
"""Units by which the name of a team is set in below its division."""

FIGURES = 150
"""The width of the figures in words."""


@dataclass(frozen=True, slots=True)
class QuarterFigure:
    """The figure of the months of one quarter, up to ``end``. ``part``: the quarter is not over on the day read.

    ``hindsight``: the same with everything recorded since. ``area``: that of the whole area.
    """

    end: date
    figure: Proportion
    part: bool
    hindsight: Proportion
    area: Proportion

    @property
    def words(self) -> str:
        return f"to {self.end.day} {self.end:%b}" if self.part else f"Q{(self.end.month + 2) // 3} {self.end.year}"


class PlaceFigure(NamedTuple):
    """The figure of one place, clause or group. ``why_not``: why none is drawn (None: it is).

    ``inside``: it lies in the place above it. ``beside``: what it is set beside, drawn as an empty diamond.
    """

    name: str
    figure: Proportion
    why_not: str | None = None
    inside: bool = False
    beside: Proportion | None = None


def quarters_drawing(
    title: str, says: str, quarters: Sequence[QuarterFigure], target: int | None, area: str | None, note: str, axis: str
) -> Drawing:
    """Points with their 95 % intervals, broken where a quarter has no figure; the part quarter hollow.

    Hindsight is drawn only where it differs. ``target``: per cent; ``area``: the name of the area's line. None: no line.
    ``note``: on what the figures rest, below the chart. ``axis``: what its scale counts.
    """
    floor = _floor([q.figure for q in quarters])
    across = _across(len(quarters))
    shown = f"{title}{' (shown from 50 to 100%)' if floor else ''}"
    marks: list[Mark] = [*_about(shown, axis, note, HIGH), *_grid(floor, LEFT, WIDE - RIGHT, TOP, HIGH - FOOT)]
    ends: list[tuple[float, str]] = []

    def height(share: float) -> float:
        return round(TOP + (HIGH - FOOT - TOP) * (100 - max(share, floor)) / (100 - floor), 1)

    for x, quarter in zip(across, quarters, strict=True):
        marks.append(Words(x, HIGH - FOOT + 20, quarter.words, "middle", 13))
    if target is not None:
        marks.append(Line([(LEFT, height(target)), (WIDE - RIGHT, height(target))], "grey", 1.5, dashed=True))
        ends.append((height(target), f"target {target}%"))
    if area is not None:
        heights = [None if q.area.score is None else height(float(q.area.score)) for q in quarters]
        marks += _path(across, heights, "light", 2)
        if last := [y for y in heights if y is not None]:
            ends.append((last[-1], area))
    heights = [None if q.figure.score is None else height(float(q.figure.score)) for q in quarters]
    marks += _path(across, heights, "black", 2)
    for x, y, quarter in zip(across, heights, quarters, strict=True):
        marks += _point(x, y, quarter, height)
    marks += [Words(WIDE - RIGHT + 8, y + 5, text, size=13, grey="grey") for y, text in _apart(ends)]
    return Drawing(WIDE, HIGH, shown, says, marks)


def _point(x: float, y: float | None, quarter: QuarterFigure, height: Callable[[float], float]) -> list[Mark]:
    found: list[Mark] = []
    if quarter.hindsight != quarter.figure and quarter.hindsight.score is not None:
        words = f"with hindsight: {quarter.hindsight.held:,} of {quarter.hindsight.n:,}"
        found.append(Diamond(x, height(float(quarter.hindsight.score)), 8, words))
    if y is not None and quarter.figure.interval is not None:
        low, high = (height(float(v)) for v in quarter.figure.interval)
        found.append(Line([(x, low), (x, high)], "grey", 1.5))
        words = f"{quarter.words}: {percent(quarter.figure.score)}, {quarter.figure.held:,} of {quarter.figure.n:,}"
        found.append(Dot(x, y, 4.5, quarter.part, words))
    return found


def shares_drawing(
    title: str, says: str, lines: Sequence[PlaceFigure], target: int | None, area: tuple[str, Proportion] | None, note: str,
    axis: str,
) -> Drawing:  # fmt: skip
    """A row for each figure, in the order given: a dot and its 95 % interval on one scale from 0 to 100 %."""
    height = ROW if len(lines) <= MANY_ROWS else LOW_ROW
    left, right, foot = _room(lines), WIDE - FIGURES, TOP + 12 + height * len(lines)
    high = foot + 24 + 16 * (target is not None) + 16 * (area is not None) + 28
    marks: list[Mark] = [*_about(title, axis, note, high), *_scale(left, right, TOP, foot)]

    def along(share: float) -> float:
        return round(left + (right - left) * share / 100, 1)

    if target is not None:
        marks.append(Line([(along(target), TOP), (along(target), foot)], "grey", 1.5, dashed=True))
        marks.append(Words(along(target), foot + 34, f"target {target}%", "middle", 13, grey="grey"))
    if area is not None and area[1].score is not None:
        at = along(float(area[1].score))
        marks.append(Line([(at, TOP), (at, foot)], "light", 2))
        below = 50 if target is not None and abs(at - along(target)) < 110 else 34
        marks.append(Words(at, foot + below, f"{area[0]} {percent(area[1].score)}", "middle", 13, grey="grey"))
    for number, line in enumerate(lines):
        marks += _row(line, TOP + 12 + height * (number + 0.5), left, right, along)
    return Drawing(WIDE, round(high), title, says, marks)


def _row(line: PlaceFigure, y: float, left: float, right: float, along: Callable[[float], float]) -> list[Mark]:
    """The name of a figure, its dot with the interval, what it is set beside, and its numbers."""
    indent, figure = INDENT if line.inside else 0, line.figure
    found: list[Mark] = [Words(indent, y + 5, _fitting(line.name, left - indent))]
    if line.why_not is not None or figure.score is None or figure.interval is None:
        return [*found, Words(right + 12, y + 5, line.why_not or "nothing fell due", size=13, grey="grey")]
    low, high = (along(float(v)) for v in figure.interval)
    found.append(Line([(low, y), (high, y)], "grey", 2))
    if line.beside is not None and line.beside.score is not None:
        words = f"beside it: {line.beside.held:,} of {line.beside.n:,}"
        found.append(Diamond(along(float(line.beside.score)), y, 6, words))
    found.append(Dot(along(float(figure.score)), y, 5, words=f"{line.name}: {figure.held:,} of {figure.n:,}"))
    return [*found, Words(right + 12, y + 5, f"{percent(figure.score)}, {figure.held:,} of {figure.n:,}", size=13)]


def _room(lines: Sequence[PlaceFigure]) -> float:
    """The width of the names."""
    longest = max((len(line.name) * LETTER + INDENT * line.inside for line in lines), default=0) + 14
    return min(max(longest, NAMES), MOST_NAMES)


def _fitting(name: str, room: float) -> str:
    """A name, cut where it would run into the scale."""
    letters = int((room - 14) / LETTER)
    return name if len(name) <= letters else f"{name[: letters - 1].rstrip()}…"


def _about(title: str, axis: str, note: str, high: float) -> list[Mark]:
    """The title above a chart, what its scale counts, and the note below it: a picture that is saved says what it shows."""
    return [
        Words(0, 18, title, size=16, bold=True), Words(0, 37, axis, size=13, grey="grey"),
        Words(0, high - 8, note, size=13, grey="grey"),
    ]  # fmt: skip


def _floor(figures: Sequence[Proportion]) -> int:
    """Where the scale begins: at 50 % where every interval lies above, else at 0."""
    lows = [float(f.interval.low) for f in figures if f.interval is not None]
    return 50 if lows and min(lows) >= 50 else 0


def _across(number: int) -> list[float]:
    room = WIDE - LEFT - RIGHT
    return [round(LEFT + room * (n + 0.5) / max(number, 1), 1) for n in range(number)]


def _grid(floor: int, left: float, right: float, top: float, foot: float) -> list[Mark]:
    found: list[Mark] = []
    for share in range(floor, 101, 10 if floor else 25):
        y = round(top + (foot - top) * (100 - share) / (100 - floor), 1)
        found += [
            Line([(left, y), (right, y)], "light", 0.6),
            Words(left - 8, y + 5, f"{share}%", "end", 13, grey="grey"),
        ]
    return found


def _scale(left: float, right: float, top: float, foot: float) -> list[Mark]:
    found: list[Mark] = []
    for share in (0, 25, 50, 75, 100):
        x = round(left + (right - left) * share / 100, 1)
        found += [
            Line([(x, top), (x, foot)], "light", 0.6),
            Words(x, foot + 18, f"{share}%", "middle", 13, grey="grey"),
        ]
    return found


def _path(across: Sequence[float], heights: Sequence[float | None], grey: Grey, width: float) -> list[Mark]:
    """Lines between points that follow one another; broken where one has no figure."""
    runs: list[list[tuple[float, float]]] = [[]]
    for x, y in zip(across, heights, strict=True):
        if y is None:
            runs.append([])
        else:
            runs[-1].append((x, y))
    return [Line(run, grey, width) for run in runs if len(run) > 1]


def _apart(ends: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    """The names at the ends of lines, moved apart where they would lie upon one another."""
    found: list[tuple[float, str]] = []
    for y, text in sorted(ends):
        found.append((max(y, found[-1][0] + 17) if found else y, text))
    return found
