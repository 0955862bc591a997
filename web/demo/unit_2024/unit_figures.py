"""What the readings of the sixty cases give: how many are sufficient of how many relevant, key question by key question."""

from typing import NamedTuple


class KeyFigure(NamedTuple):
    """A key question: sufficient of relevant cases, as published."""

    question: str
    sufficient: int
    relevant: int


FIGURES = (
    KeyFigure("assessment-engages", 39, 60),
    KeyFigure("assessment-desistance", 38, 60),
    KeyFigure("assessment-safety", 20, 60),
    KeyFigure("planning-engages", 45, 60),
    KeyFigure("planning-desistance", 42, 58),
    KeyFigure("planning-safety", 31, 48),
    KeyFigure("delivery-engages", 40, 60),
    KeyFigure("delivery-desistance", 36, 58),
    KeyFigure("delivery-safety", 29, 59),
    KeyFigure("reviewing-engages", 39, 60),
    KeyFigure("reviewing-desistance", 38, 59),
    KeyFigure("reviewing-safety", 36, 60),
    KeyFigure("court-work", 3, 5),
)
"""``resettlement`` is asked of the cases on licence alone, and sufficient in every second of them, the first one included."""

MOVED = ("delivery-safety", 1)
"""A comment opened one reading again: before, one case fewer was sufficient."""

SETTLED = "reviewing-safety"
"""On this question the two readings of one case differed, and a third settled it: insufficient."""

BY_EVIDENCE = {
    "1.1": ("Requires improvement", "A clear vision; staff do not yet see it in their work."),
    "1.2": ("Requires improvement", "Vacancies, and workloads of which officers speak as too high."),
    "1.3": ("Requires improvement", "Services are there; waiting times are long."),
}
