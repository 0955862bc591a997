"""Which cases an export holds. The one statement of it: for writing an export, and for saying later which exports hold a person."""

from collections.abc import Callable, Sequence

import numpy as np

from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array, known
from projections.columns.column_store import ColumnStore
from projections.exports.export_facts import ExportFacts
from projections.history.moment import Moment
from projections.ledger.ledger import Place


def held_by(areas: Sequence[str], teams: Sequence[str]) -> Callable[[Place], bool]:
    """Whether a place is in one of these areas or teams, by name or id; none: every place is."""
    if not areas and not teams:
        return lambda place: True
    return lambda place: bool({place.area, place.area_id} & {*areas} or {place.team, place.team_id} & {*teams})


def cases_in(columns: ColumnStore, facts: ExportFacts) -> Array:
    """For each case whether an export holds it: one of its places held it on some day up to the as-at day, as known then.

    Where it names no place it holds every case.
    """
    there = np.ones(columns.numbers, bool) if columns.gone is None else ~columns.gone
    if not facts.areas and not facts.teams:
        return there
    at, fits = CaseSelection(columns, Moment(facts.as_at, facts.known_at)), held_by(facts.areas, facts.teams)
    wanted = np.array([fits(place) for place in columns.words["place"].values] or [False], bool)
    found = np.zeros(columns.numbers, bool)
    for rows in columns.spells.parts(at.instant):
        holds = wanted.take(rows["place"]) & (rows["begins_on"] <= at.day)
        then = known(rows, at.instant)
        found[rows["case"][holds if then is None else holds & then]] = True
    both: Array = found & there
    return both


def unknown_places(columns: ColumnStore, areas: Sequence[str], teams: Sequence[str]) -> list[str]:
    """Those of these areas and teams that no case was ever held by, in words."""
    places = columns.words["place"].values
    return [
        *(f"the area {name}" for name in areas if not any(map(held_by([name], []), places))),
        *(f"the team {name}" for name in teams if not any(map(held_by([], [name]), places))),
    ]
