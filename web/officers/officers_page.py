"""The officers of a team, and the teams of a division or area: each in the house's order, never ranked."""

from collections.abc import Sequence
from typing import NamedTuple

from flask import render_template

from domain.accounts.roles import MANAGERS, Role
from domain.policy.measures.measure_files import reports
from projections.officers.officer_cases import Holds
from projections.officers.unit_lines import UnitFigure, UnitLine, unit_figures, unit_lines
from web.officers.agreed_actions import last_supervisions, shown_plans
from web.officers.known_officers import Unit, holding, officers_of, units
from web.officers.sheet_page import CONTACT, blueprint
from web.presentation.comparison_words import AGAINST, HOW_COMPARED
from web.services import current_cases, following_read_model, report_cache
from web.site import access_control

TEAM_MANAGERS: tuple[Role, ...] = ("divisional_manager", "area_manager")


class Listed(NamedTuple):
    """An officer or team with the counts and the figure of contact."""

    unit: Unit
    line: UnitLine
    figure: UnitFigure


@blueprint.get("/officers")
@access_control.open_to(*MANAGERS)
def index() -> str:
    """The officers whose cases the reader answers for, in order of team and name."""
    officers = officers_listed()
    return render_template(
        "officers/officers.html", listed=figures_of(officers), held=last_supervisions(officers), against=AGAINST,
        how_compared=HOW_COMPARED, teams=sorted({team for one in officers if one.officer for team in one.officer.teams}),
    )  # fmt: skip


def officers_listed() -> list[Unit]:
    """The officers whose cases the person signed in answers for at the moment, in order of team and name."""
    who = access_control.account()
    found = officers_of(place for place in holding(current_cases.moment().as_recorded) if who.answers_for(place))
    return [Unit("officer", one.key, one.name, one.places, may_change=False, officer=one) for one in found]


@blueprint.get("/teams")
@access_control.open_to(*TEAM_MANAGERS)
def teams() -> str:
    """The teams whose cases the reader answers for, in order of division and name."""
    mine = teams_listed()
    listed = figures_of(mine)
    return render_template(
        "officers/teams.html", listed=listed, plans=shown_plans(mine), against=AGAINST, how_compared=HOW_COMPARED,
        officers=[len(officers_of(one.places)) for one in mine],
    )  # fmt: skip


def teams_listed() -> list[Unit]:
    """The teams whose cases the person signed in answers for, in order of division and name."""
    who = access_control.account()
    mine = [one for one in units() if one.level == "team" and any(map(who.answers_for, one.places))]
    return sorted(mine, key=lambda one: (one.places[0].division, one.name))


def figures_of(found: Sequence[Unit]) -> list[Listed]:
    """The counts of some units at the moment, and the figure of contact of each, in their order."""
    moment = current_cases.moment().as_recorded
    holds = [_within(unit) for unit in found]
    lines = unit_lines(
        following_read_model.as_at(moment), current_cases.reached().open, holds, following_read_model.as_at,
        of_officers=all(unit.officer is not None for unit in found),
    )  # fmt: skip
    figures = report_cache.kept(
        ("contact of", *((one.level, one.key) for one in found), *report_cache.reader_and_moment()),
        lambda: _figures(found, holds),
    )
    return [Listed(*row) for row in zip(found, lines, figures, strict=True)]


def _within(unit: Unit) -> Holds:
    """The places of a unit for which the reader answers."""
    who = access_control.account()
    return lambda place: unit.holds(place) and who.answers_for(place)


def _figures(found: Sequence[Unit], holds: Sequence[Holds]) -> list[UnitFigure]:
    """The figure of contact of each unit, each against its own area."""
    by_area: dict[str, list[int]] = {}
    for number, unit in enumerate(found):
        by_area.setdefault(unit.places[0].area, []).append(number)
    made = unit_figures(
        report_cache.told_figures(), reports().measures[CONTACT], current_cases.moment().as_recorded,
        {area: [holds[number] for number in numbers] for area, numbers in by_area.items()},
    )  # fmt: skip
    placed = {number: one for area, numbers in by_area.items() for number, one in zip(numbers, made[area], strict=True)}
    return [placed[number] for number in range(len(found))]
