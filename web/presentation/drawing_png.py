"""A drawing as a PNG picture, for documents that take no SVG."""

import io
from functools import cache
from itertools import pairwise
from math import hypot

from PIL import Image, ImageDraw, ImageFont

from web.presentation.drawing import GREYS, WHITE, Diamond, Dot, Drawing, Line, Mark, Words, corners_of

SCALE = 3
"""Pixels to a unit of the drawing: about 290 to the inch where a drawing is as wide as a page."""

DASH, GAP = 5, 4
"""Units drawn and left out of a dashed line."""

ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


def png(drawing: Drawing) -> bytes:
    """The picture."""
    image = Image.new("RGB", (drawing.width * SCALE, drawing.height * SCALE), WHITE)
    canvas = ImageDraw.Draw(image)
    for mark in drawing.marks:
        _draw(canvas, mark)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _draw(canvas: ImageDraw.ImageDraw, mark: Mark) -> None:
    match mark:
        case Line(points, grey, width, dashed):
            for run in _dashes(list(points)) if dashed else [list(points)]:
                canvas.line(_scaled(run), GREYS[grey], max(1, round(width * SCALE)))
        case Dot(x, y, radius, hollow, _):
            box = _scaled([(x - radius, y - radius), (x + radius, y + radius)])
            canvas.ellipse(box, WHITE if hollow else GREYS["black"], GREYS["black"], round(1.5 * SCALE))
        case Diamond():
            canvas.polygon(_scaled(corners_of(mark)), WHITE, GREYS["grey"], SCALE)
        case Words(x, y, text, anchor, size, bold, grey):
            font = _font(round(size * SCALE))
            canvas.text(
                (x * SCALE, y * SCALE), text, GREYS[grey], font, ANCHORS[anchor], stroke_width=SCALE // 3 if bold else 0
            )


def _scaled(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(x * SCALE, y * SCALE) for x, y in points]


def _dashes(points: list[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    """The dashes of a line; each of its pieces begins with one."""
    found = []
    for (x1, y1), (x2, y2) in pairwise(points):
        length = hypot(x2 - x1, y2 - y1)
        at = 0.0
        while at < length:
            ends = at / length, min(at + DASH, length) / length
            found.append([(x1 + (x2 - x1) * t, y1 + (y2 - y1) * t) for t in ends])
            at += DASH + GAP
    return found


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The letters that come with the library, so that a picture is the same on every machine."""
    return ImageFont.load_default(size)
