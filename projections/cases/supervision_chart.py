"""The supervision chart: what happened, lane by lane, from the start to the day read, and what falls due soon.

Labels and positions on the page are decided in ``web``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from projections.cases import chart_lanes
from projections.cases.case_reading import Reading
from projections.cases.chart_lanes import MARGIN, Lane, Mark

LANES = ("Contact", "Risk of harm", "Assessment and plan", "Enforcement", "Oversight", "Late or missing")
"""The lanes in reading order. Custody is a band of *Contact*."""


@dataclass(frozen=True, slots=True)
class SupervisionChart:
    """The days shown, both included, and the lanes in reading order.

    ``ended``: the day on which supervision ended, None while it goes on at the day read. ``shows_duties``: whether duties are
    among the marks at all.
    """

    first: date
    last: date
    started: date
    ended: date | None
    day: date
    lanes: Sequence[Lane]
    shows_duties: bool = True

    @property
    def marks(self) -> list[Mark]:
        return [mark for lane in self.lanes for mark in lane.marks]

    def lane(self, name: str) -> Lane:
        """The lane of this name; an empty one where the chart has none."""
        return next((lane for lane in self.lanes if lane.name == name), Lane(name))


def supervision_chart(
    reading: Reading, *, met: bool = False, until: date | None = None, duties: bool = True
) -> SupervisionChart:
    """The case as at the reading's day. ``ValueError``: supervision had not begun by then.

    It goes from the start of supervision to the day read or the end of supervision, whichever is first, and further on
    both sides where there are marks. Nothing dated after the day is shown, except due and arranged dates within ``MARGIN``.
    ``met``: also the duties that were met. ``until``: the days go on to this one at least. ``duties``: whether any are shown.
    """
    history, day = reading.history, reading.moment.on
    started, ended = reading.snapshot.spell.started_on, reading.snapshot.spell.ended_on
    over = ended or day
    marks = {
        "Contact": chart_lanes.contact_marks(history, day),
        **{name: chart_lanes.act_marks(history, day, name) for name in chart_lanes.ACTS},
        "Late or missing": chart_lanes.due_marks(reading, over, met) if duties else [],
    }
    marks = {name: [m for m in found if m.day >= started - MARGIN] for name, found in marks.items()}
    bands = {
        "Risk of harm": chart_lanes.risk_bands(history, started, over),
        "Contact": chart_lanes.custody_bands(history, started, over),
    }
    dated = [mark.day for found in marks.values() for mark in found]
    return SupervisionChart(
        min([started, *dated]), max([over, *dated, *([until] if until else [])]), started, ended, day,
        [Lane(name, marks.get(name, ()), bands.get(name, ())) for name in LANES], duties,
    )  # fmt: skip
