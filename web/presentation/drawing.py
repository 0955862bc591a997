"""A drawing of lines, dots and words, written as SVG for pages and documents and as PNG for everything else.

Coordinates are in units of the drawing, from the upper left corner. Greys only: a drawing must read in black and white.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup, escape

Grey = Literal["black", "grey", "light"]
Anchor = Literal["start", "middle", "end"]

GREYS = {"black": "#0b0c0c", "grey": "#505a5f", "light": "#b1b4b6"}
WHITE = "#ffffff"

FONT = "Arial, Helvetica, 'DejaVu Sans', sans-serif"


@dataclass(frozen=True, slots=True)
class Line:
    """A line through these points. ``dashed``: five units drawn, four left out."""

    points: Sequence[tuple[float, float]]
    grey: Grey = "black"
    width: float = 1
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    """A filled circle, or an empty one (``hollow``). ``words``: what a pointer over it shows."""

    x: float
    y: float
    radius: float = 4
    hollow: bool = False
    words: str = ""


@dataclass(frozen=True, slots=True)
class Diamond:
    """An empty diamond, for a second series."""

    x: float
    y: float
    radius: float = 5
    words: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """Text whose baseline is at ``y``. ``size``: the height of its letters, in units."""

    x: float
    y: float
    text: str
    anchor: Anchor = "start"
    size: float = 14
    bold: bool = False
    grey: Grey = "black"


Mark = Line | Dot | Diamond | Words


@dataclass(frozen=True, slots=True)
class Drawing:
    """The marks of a drawing, the hindmost first.

    ``title``: what it shows; ``says``: the same in words, for whoever does not see it.
    """

    width: int
    height: int
    title: str
    says: str
    marks: Sequence[Mark]


def svg(drawing: Drawing, name: str = "") -> Markup:
    """The drawing as an ``svg`` element with its title and description. ``name``: makes its ids differ from others of the page."""
    about = [Markup("{}-{}").format(name or "drawing", part) for part in ("title", "says")]
    head = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="ca-drawing" role="img" aria-labelledby="{0} {1}" width="{2}" height="{3}"'
        ' viewBox="0 0 {2} {3}" font-family="{4}"><title id="{0}">{5}</title><desc id="{1}">{6}</desc>'
    ).format(*about, drawing.width, drawing.height, FONT, drawing.title, drawing.says)
    return head + Markup("").join(map(_mark, drawing.marks)) + Markup("</svg>")


def _mark(mark: Mark) -> Markup:
    match mark:
        case Line(points, grey, width, dashed):
            path = " ".join(f"{x:g},{y:g}" for x, y in points)
            return Markup('<polyline points="{}" fill="none" stroke="{}" stroke-width="{}"{}/>').format(
                path, GREYS[grey], width, Markup(' stroke-dasharray="5 4"') if dashed else ""
            )
        case Dot(x, y, radius, hollow, words):
            return Markup('<circle cx="{}" cy="{}" r="{}" fill="{}" stroke="{}" stroke-width="1.5">{}</circle>').format(
                f"{x:g}", f"{y:g}", radius, WHITE if hollow else GREYS["black"], GREYS["black"], _told(words)
            )
        case Diamond(x, y, radius, words):
            corners = " ".join(f"{a:g},{b:g}" for a, b in corners_of(mark))
            return Markup('<polygon points="{}" fill="{}" stroke="{}">{}</polygon>').format(
                corners, WHITE, GREYS["grey"], _told(words)
            )
        case Words(x, y, text, anchor, size, bold, grey):
            return Markup('<text x="{}" y="{}" text-anchor="{}" font-size="{}" fill="{}"{}>{}</text>').format(
                f"{x:g}",
                f"{y:g}",
                anchor,
                f"{size:g}",
                GREYS[grey],
                Markup(' font-weight="bold"') if bold else "",
                text,
            )


def corners_of(mark: Diamond) -> list[tuple[float, float]]:
    """The corners of a diamond, from the upper one clockwise."""
    x, y, r = mark.x, mark.y, mark.radius
    return [(x, y - r), (x + r, y), (x, y + r), (x - r, y)]


def _told(words: str) -> Markup:
    return Markup("<title>{}</title>").format(words) if words else escape("")
