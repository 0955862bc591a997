"""The sampling frame of an inspection: the cases from which a sample can be drawn, each with its stratum, officer and team.

What of the window is not in it is told with the reason, in this order: cases that had ended by the sample date, where they are
to be out; cases left out by hand; further sentences. A person who is under several sentences in the window is in the frame once,
unless asked otherwise: with the sentence that began first. Of sentences that began on one day, the one whose reference sorts
first is in (**P**).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from msgspec import structs

from domain.entries import code_lists
from domain.entries.code_lists import Stratum
from domain.entries.inspection_entries import Framed, LeftOut
from projections.arrays.date_numbers import NEVER, date_of, day_number
from projections.columns.case_selection import CaseSelection
from projections.columns.column_rows import read_rows
from projections.columns.column_schema import Array
from projections.ledger.ledger import SpellRow

EVERYTHING = "all cases"
"""The only stratum of a frame without strata."""


class SamplingFrame(NamedTuple):
    """The cases from which the sample is drawn, and those of the window that are left out, each with the reason.

    Both are ordered by reference. ``unknown``: what was to be left out by hand and is not in the window.
    """

    cases: list[Framed]
    left_out: list[LeftOut]
    unknown: list[str]


class Excluded(NamedTuple):
    """Why somebody leaves a case out of the frame by hand."""

    why: code_lists.LeftOutReason
    words: str


NOBODY: Mapping[str, Excluded] = MappingProxyType({})


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
    ended: code_lists.EndedCases = "out",
    by_hand: Mapping[str, Excluded] = NOBODY,
    people_of: Callable[[Sequence[str]], Mapping[str, str]] = by_crn,
) -> SamplingFrame:
    """The cases that began in the window (both days included) and are held in the place.

    ``cases``: for each case whether it may come into the frame. ``ended``: whether cases that had ended by the day read are in
    it. ``by_hand``: the cases that somebody leaves out. ``every_sentence``: nothing is left out because the person is in the frame
    already. ``people_of``: cases -> the person of each (``CaseRepository.people``).
    """
    wanted = {"order_type": tuple(orders) or None, "division": division, "team": team}
    held = selection.select(**{name: value for name, value in wanted.items() if value is not None})
    first, last, found = day_number(started_from), day_number(started_to), list[_Found]()
    for rows, at, case in selection.spells:
        started = rows["started_on"][at]
        inside = (cases & held)[case] & (first <= started) & (started <= last)
        spells = read_rows(selection.columns, "spells", rows, at[inside], None)
        references = map(selection.columns.references.__getitem__, case[inside].tolist())
        over = (rows["ended_on"][at[inside]] != NEVER).tolist()
        found += [
            _Found(spell.started_on, gone, _framed(reference, spell, strata))
            for reference, spell, gone in zip(references, spells, over, strict=True)
        ]
    found.sort(key=lambda one: one.framed.case)
    there = {one.framed.case for one in found}
    out = {case: reason for case, reason in by_hand.items() if case in there}
    out |= {one.framed.case: Excluded("had_ended", "") for one in found if one.ended and ended == "out"}
    left = [one for one in found if one.framed.case not in out]
    people = {one.framed.case: one.framed.case for one in left}
    further = _further(left, people if every_sentence else people_of(list(people)))
    out |= dict.fromkeys(further, Excluded("further_sentence", ""))
    return SamplingFrame(
        [one.framed for one in found if one.framed.case not in out],
        [_left_out(one.framed, out[one.framed.case]) for one in found if one.framed.case in out],
        sorted({*by_hand} - there),
    )


def began_between(selection: CaseSelection, cases: Array) -> tuple[date, date] | None:
    """The first and the last day on which one of these cases began; None where there is none."""
    found = [rows["started_on"][at][cases[case]] for rows, at, case in selection.spells]
    days = [day for one in found for day in one.tolist()]
    return (date_of(min(days)), date_of(max(days))) if days else None


class _Found(NamedTuple):
    """A case of the window: when it began, whether it had ended, and as the frame keeps it."""

    started_on: date
    ended: bool
    framed: Framed


def _further(found: Sequence[_Found], people: Mapping[str, str]) -> list[str]:
    """The cases of people who are in the frame with one that began earlier."""
    first: dict[str, str] = {}
    for one in sorted(found, key=lambda one: (one.started_on, one.framed.case)):
        first.setdefault(people[one.framed.case], one.framed.case)
    kept = set(first.values())
    return [one.framed.case for one in found if one.framed.case not in kept]


def _left_out(framed: Framed, reason: Excluded) -> LeftOut:
    return LeftOut(**structs.asdict(framed), why=reason.why, words=reason.words or None)


def _framed(reference: str, spell: SpellRow, strata: Sequence[Stratum]) -> Framed:
    parts = [_stratum(spell, by) for by in strata]
    held = spell.place
    return Framed(
        case=reference, stratum=", ".join(parts) or EVERYTHING, officer=held.officer, officer_id=held.officer_id or None,
        team=held.team or None, team_id=held.team_id or None,
    )  # fmt: skip


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
