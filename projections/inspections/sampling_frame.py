"""The sampling frame of an inspection: the cases from which a sample can be drawn, each with its stratum and officer."""

from collections.abc import Mapping, Sequence
from datetime import date

from domain.entries import code_lists
from domain.entries.code_lists import Stratum
from domain.entries.inspection_entries import Framed
from projections.arrays.date_numbers import NEVER, day_number
from projections.columns.case_selection import CaseSelection
from projections.columns.column_rows import read_rows
from projections.columns.column_schema import Array
from projections.ledger.ledger import SpellRow

EVERYTHING = "all cases"
"""The only stratum of a frame without strata."""


def sampling_frame(
    selection: CaseSelection,
    cases: Array,
    started_from: date,
    started_to: date,
    *,
    orders: Sequence[str] = (),
    strata: Sequence[Stratum] = (),
    division: str | None = None,
    team: str | None = None,
) -> list[Framed]:
    """The cases that began in the window (both days included), had not ended by the day read, and are held in the place.

    ``cases``: for each case whether it may come into the frame.
    """
    wanted = {"order_type": tuple(orders) or None, "division": division, "team": team}
    held = selection.select(**{name: value for name, value in wanted.items() if value is not None})
    first, last, found = day_number(started_from), day_number(started_to), list[Framed]()
    for rows, at, case in selection.spells:
        started, ended = rows["started_on"][at], rows["ended_on"][at]
        inside = (cases & held)[case] & (first <= started) & (started <= last) & (ended == NEVER)
        spells = read_rows(selection.columns, "spells", rows, at[inside], None)
        references = map(selection.columns.references.__getitem__, case[inside].tolist())
        found += [_framed(reference, spell, strata) for reference, spell in zip(references, spells, strict=True)]
    return sorted(found, key=lambda framed: framed.case)


def once_a_person(frame: Sequence[Framed], people: Mapping[str, str]) -> list[Framed]:
    """The frame with the first case alone, by reference, of each person. ``people``: by case the person it is of."""
    first: dict[str, Framed] = {}
    for framed in sorted(frame, key=lambda framed: framed.case):
        first.setdefault(people[framed.case], framed)
    return list(first.values())


def _framed(reference: str, spell: SpellRow, strata: Sequence[Stratum]) -> Framed:
    parts = [_stratum(spell, by) for by in strata]
    return Framed(case=reference, stratum=", ".join(parts) or EVERYTHING, officer=spell.place.officer)


def _stratum(spell: SpellRow, by: Stratum) -> str:
    match by:
        case "risk_of_harm":
            return f"{'' if code_lists.is_high_risk(spell.risk) else 'not '}high risk of harm"
        case "gender":
            return {"female": "women", "male": "men"}.get(spell.gender, "gender not stated")
        case "ethnicity":
            code = spell.ethnicity
            return "ethnicity not stated" if code == "NS" else "white" if code.startswith("W") else "minority ethnic"
        case "order":
            return "licence" if spell.order_type == "licence" else "order"
        case "team":
            return spell.place.team
