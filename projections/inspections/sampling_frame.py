"""The sampling frame of an inspection: the cases from which a sample can be drawn, each with its stratum and officer.

A person who is under several sentences in the window is in the frame once, unless asked otherwise: with the sentence that
began first. Of sentences that began on one day, the one whose reference sorts first is in (**P**).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

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


class SamplingFrame(NamedTuple):
    """The cases from which the sample is drawn, and those left out as further sentences of a person in the frame.

    Both are ordered by reference.
    """

    cases: list[Framed]
    left_out: list[Framed]


def by_crn(references: Sequence[str]) -> Mapping[str, str]:
    """The person of each case, where nothing else is known of who is one person: the CRN."""
    return {reference: reference.partition("/")[0] for reference in references}


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
    every_sentence: bool = False,
    people_of: Callable[[Sequence[str]], Mapping[str, str]] = by_crn,
) -> SamplingFrame:
    """The cases that began in the window (both days included), had not ended by the day read, and are held in the place.

    ``cases``: for each case whether it may come into the frame. ``every_sentence``: nothing is left out because the person
    is in the frame already. ``people_of``: cases -> the person of each (``CaseRepository.people``).
    """
    wanted = {"order_type": tuple(orders) or None, "division": division, "team": team}
    held = selection.select(**{name: value for name, value in wanted.items() if value is not None})
    first, last, found = day_number(started_from), day_number(started_to), list[tuple[date, Framed]]()
    for rows, at, case in selection.spells:
        started, ended = rows["started_on"][at], rows["ended_on"][at]
        inside = (cases & held)[case] & (first <= started) & (started <= last) & (ended == NEVER)
        spells = read_rows(selection.columns, "spells", rows, at[inside], None)
        references = map(selection.columns.references.__getitem__, case[inside].tolist())
        found += [
            (spell.started_on, _framed(reference, spell, strata))
            for reference, spell in zip(references, spells, strict=True)
        ]
    people = {framed.case: framed.case for _, framed in found}
    return _once_each(found, people if every_sentence else people_of(list(people)))


def _once_each(found: Sequence[tuple[date, Framed]], people: Mapping[str, str]) -> SamplingFrame:
    """Each person once: with the case that began first."""
    first: dict[str, str] = {}
    for _, framed in sorted(found, key=lambda pair: (pair[0], pair[1].case)):
        first.setdefault(people[framed.case], framed.case)
    kept = set(first.values())
    ordered = sorted((framed for _, framed in found), key=lambda framed: framed.case)
    return SamplingFrame([f for f in ordered if f.case in kept], [f for f in ordered if f.case not in kept])


def _framed(reference: str, spell: SpellRow, strata: Sequence[Stratum]) -> Framed:
    parts = [_stratum(spell, by) for by in strata]
    held = spell.place
    return Framed(
        case=reference, stratum=", ".join(parts) or EVERYTHING, officer=held.officer, officer_id=held.officer_id or None
    )


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
