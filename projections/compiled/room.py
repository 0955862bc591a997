"""Room to work in: arrays made once for many cases, so that compiled code never asks for memory.

Nothing is ever written past an end. What does not fit is left out and ``FULL`` is marked; then all is done again with more.
"""

from typing import NamedTuple

import numpy as np

from projections.compiled.compiling import Array

ANSWER = np.dtype([(name, np.int64) for name in ("day", "entry", "since", "until")])
"""An entry that may answer: the day that counts, the place of its version, the span in which it was known."""

MISSED = np.dtype([(name, np.int64) for name in ("on", "of", "entry", "since", "until")])
"""A failure or an absence: from when it counts, the day it was for, the appointment, and when it was known."""

RAISED = np.dtype([(name, np.int64) for name in ("on", "by", "fact", "item", "counted_from", "since", "until")])
"""A trigger; ``by`` is the entry's place, ``fact`` that of its version or below nought, as is ``item``."""

FRAME = np.dtype(
    [
        (name, np.int64)
        for name in (
            "since", "until", "begun", "start", "end", "ended", "left", "horizon", "changed", "custody", "custody_end",
            "held", "held_end", "turns", "turns_end", "times", "moves", "moves_end",
        )
    ]
)  # fmt: skip
"""What held of a case over a span of knowledge; see ``frames``. The last nine say where in ``Room.held`` the rest lies."""

ROW = np.dtype(
    [
        (name, np.int32)
        for name in (
            "clause", "value", "arises_on", "due_on", "met_on", "ended_on", "raised_by", "place", "met_at", "met", "since",
            "until", "first", "last",
        )
    ]
)  # fmt: skip
"""A duty over a span of knowledge. Entries that met it are ``met`` many from ``met_at`` on. ``first`` is the row that says
the same and was found first, itself for most; ``last``, of such a one, is where its last span stands."""

SPELL = np.dtype(
    [
        (name, np.int32)
        for name in ("on", "off", "place", "tier", "risk", "mappa_level", "begun", "ended_on", "since", "until")
    ]
)
"""A spell; ``begun`` is the place of the start of supervision among the entries."""

CHANGE, AWAY = 3, 4
"""How many numbers a change of what held of a case is, and a time in custody."""

ROWS, MET, SPELLS, FROM_ROW, IN_FORCE_FROM, IN_FORCE_BEFORE, TAKEN, FULL = range(8)
"""The marks: how many rows, entries that met one, and spells there are; where the rows of the clause at hand begin, and the
days from and before which it is in force; how much of ``held`` is taken; whether something did not fit."""


class Room(NamedTuple):
    """The room. ``marks`` are the numbers that change."""

    rows: Array
    met: Array
    spells: Array
    marks: Array
    frames: Array
    held: Array  # what the frames hold
    answers: Array
    answers_at: Array  # by description of entries
    absent: Array
    failed: Array
    raised: Array
    orders: Array  # the places of entries, in several orders
    pads: Array  # for spans of knowledge


def room(size: int, entries: int, longest: int, descriptions: int) -> Room:
    """Room for so many entries, of which the longest case has ``longest``; twice as much where ``size`` is two."""
    ample = size * (2 * longest + 64)
    return Room(
        rows=np.empty(size * (4 * entries + 256), ROW), met=np.empty(size * (4 * entries + 256), np.int32),
        spells=np.empty(size * (entries + 256), SPELL), marks=np.zeros(8, np.int64), frames=np.empty(ample, FRAME),
        held=np.empty(64 * ample, np.int64), answers=np.empty(4 * ample, ANSWER),
        answers_at=np.empty(descriptions + 1, np.int64), absent=np.empty(ample, MISSED), failed=np.empty(ample, MISSED),
        raised=np.empty(4 * ample, RAISED), orders=np.empty((7, ample), np.int64), pads=np.empty((6, 4 * ample, 3), np.int64),
    )  # fmt: skip
