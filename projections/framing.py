"""The frame of an inspection: the cases that a sample can be drawn from, each with its stratum and officer."""

from collections.abc import Iterable, Sequence
from datetime import date

from domain.codes import Stratum
from domain.inspecting import Framed
from projections.casebook import Reading
from projections.caseload import holding
from projections.history import is_high_risk

EVERYTHING = "all cases"
"""The one stratum of a frame that is not grouped."""


def frame(
    readings: Iterable[Reading],
    started_from: date,
    started_to: date,
    *,
    orders: Sequence[str] = (),
    strata: Sequence[Stratum] = (),
    division: str | None = None,
    team: str | None = None,
) -> list[Framed]:
    """The cases that began in the window (both days included), run on the readings' day, and are held in the place."""
    found = []
    for reading in readings:
        history, held = reading.history, holding(reading)
        assert history.started is not None and history.start is not None
        if (
            started_from <= history.start.on <= started_to
            and (history.end is None or history.end.on > reading.moment.on)
            and (not orders or history.started.order_type in orders)
            and division in (None, held.division)
            and team in (None, held.team)
        ):
            parts = [_stratum(reading, by, held.team) for by in strata]
            found.append(Framed(case=reading.reference, stratum=", ".join(parts) or EVERYTHING, officer=held.officer))
    return sorted(found, key=lambda framed: framed.case)


def _stratum(reading: Reading, by: Stratum, team: str) -> str:
    started = reading.history.started
    assert started is not None
    match by:
        case "risk_of_harm":
            return f"{'' if is_high_risk(reading.history, reading.moment.on) else 'not '}high risk of harm"
        case "gender":
            return {"female": "women", "male": "men"}.get(started.person.gender, "gender not stated")
        case "ethnicity":
            code = started.person.ethnicity
            return "ethnicity not stated" if code == "NS" else "white" if code.startswith("W") else "minority ethnic"
        case "order":
            return "licence" if started.order_type == "licence" else "order"
        case "team":
            return team
