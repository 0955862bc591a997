"""The sampling frame of an inspection: the cases from which a sample can be drawn, each with its stratum and officer."""

from collections.abc import Iterable, Sequence
from datetime import date

from domain.entries.code_lists import Stratum
from domain.entries.inspection_entries import Framed
from projections.cases.case_snapshot import CaseSnapshot

EVERYTHING = "all cases"
"""The only stratum of a frame without strata."""


def sampling_frame(
    cases: Iterable[CaseSnapshot],
    started_from: date,
    started_to: date,
    *,
    orders: Sequence[str] = (),
    strata: Sequence[Stratum] = (),
    division: str | None = None,
    team: str | None = None,
) -> list[Framed]:
    """The cases that began in the window (both days included), had not ended by the day read, and are held in the place."""
    found = []
    for case in cases:
        spell, held = case.spell, case.spell.place
        if (
            started_from <= spell.started_on <= started_to
            and not case.has_ended
            and (not orders or spell.order_type in orders)
            and division in (None, held.division)
            and team in (None, held.team)
        ):
            parts = [_stratum(case, by) for by in strata]
            found.append(Framed(case=case.reference, stratum=", ".join(parts) or EVERYTHING, officer=held.officer))
    return sorted(found, key=lambda framed: framed.case)


def _stratum(case: CaseSnapshot, by: Stratum) -> str:
    match by:
        case "risk_of_harm":
            return f"{'' if case.is_high_risk else 'not '}high risk of harm"
        case "gender":
            return {"female": "women", "male": "men"}.get(case.spell.gender, "gender not stated")
        case "ethnicity":
            code = case.spell.ethnicity
            return "ethnicity not stated" if code == "NS" else "white" if code.startswith("W") else "minority ethnic"
        case "order":
            return "licence" if case.spell.order_type == "licence" else "order"
        case "team":
            return case.spell.place.team
