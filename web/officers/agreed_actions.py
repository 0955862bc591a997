"""The agreed actions of a unit: read as at the page's day, with their progress; and entered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from domain.aggregates.action_plans import Action, Plan, as_at, plan_of, refusals
from domain.entries.action_entries import PlanEntry, plan_file
from domain.entries.register_entries import RegisterEntry
from domain.store.entry_codec import stored_register_entry
from projections.officers.action_progress import Progress, Progresses, open_by_clause, what_may_show
from web.officers.known_officers import Unit, owners_of
from web.services import current_cases, following_read_model, report_cache
from web.site import access_control, clock


class ShownAction(NamedTuple):
    """An action with its progress (None: nothing in the record shows it, or the reader may not count it)."""

    action: Action
    progress: Progress | None
    overdue: bool


@dataclass(frozen=True)
class ShownPlan:
    """The actions of a unit as at a day. ``open``: by when they are due; ``closed``: the last closed first."""

    unit: Unit
    plan: Plan
    open: Sequence[ShownAction]
    closed: Sequence[ShownAction]

    @property
    def overdue(self) -> int:
        return sum(one.overdue for one in self.open)


def shown_plan(unit: Unit) -> ShownPlan:
    """The actions of a unit as at the moment of the page."""
    return shown_plans([unit])[0]


def shown_plans(units: Sequence[Unit]) -> list[ShownPlan]:
    """The same of several units."""
    moment = current_cases.moment().as_recorded
    entries = entries_of(units)
    plans = [plan_of(as_at(entries[unit.level, unit.key], moment.on, moment.known_at)) for unit in units]
    return [_shown(unit, plan, moment.on) for unit, plan in zip(units, plans, strict=True)]


def _shown(unit: Unit, plan: Plan, day: date) -> ShownPlan:
    progresses = _progresses(unit) if unit.is_own and plan.actions else None
    every = [
        ShownAction(one, progresses.of(one) if progresses is not None else None, one.is_overdue(day))
        for one in plan.actions.values()
    ]
    running = sorted((one for one in every if one.action.closed is None), key=lambda one: one.action.agreed.by_when)
    over = [one for one in every if one.action.closed is not None]
    over.sort(key=lambda one: one.action.closed.closed_on if one.action.closed else date.min, reverse=True)
    return ShownPlan(unit, plan, running, over)


def _progresses(unit: Unit) -> Progresses:
    moment = current_cases.moment().as_recorded
    return Progresses(
        report_cache.told_figures(), following_read_model.as_at(moment), current_cases.reached().open, unit.holds
    )  # fmt: skip


def open_now(unit: Unit) -> Mapping[str, int]:
    """How many duties are open on the current cases of a unit, by clause (its id), the most first."""
    selection = following_read_model.as_at(current_cases.moment().as_recorded)
    cases = selection.held_where(unit.holds) & current_cases.reached().open & ~selection.over
    return open_by_clause(selection, cases)


def entries_of(units: Iterable[Unit]) -> Mapping[tuple[str, str], list[RegisterEntry]]:
    """The entries on the files of some units, in the order in which they were entered; of an officer under all their keys."""
    files = {unit_key: refs for unit in units for unit_key, refs in [((unit.level, unit.key), _files(unit))]}
    names = sorted({name for some in files.values() for name in some})
    found: dict[str, list[RegisterEntry]] = {name: [] for name in names}
    for stored in current_cases.repository().files.recorder.select_many(names) if names else ():
        found[str(stored.originator_id)].append(stored_register_entry(stored.topic, stored.state))
    return {
        of: sorted((fact for name in some for fact in found[name]), key=lambda fact: fact.at)
        for of, some in files.items()
    }


def _files(unit: Unit) -> list[str]:
    keys = unit.officer.keys if unit.officer is not None else (unit.key,)
    return [plan_file(unit.level, key) for key in sorted(keys)]


def plan_now(unit: Unit) -> Plan:
    """The actions of a unit with everything entered so far."""
    return plan_of(entries_of([unit])[unit.level, unit.key])


def enter(unit: Unit, fact: PlanEntry) -> dict[str, str]:
    """Enter what the plan takes. Otherwise nothing is entered: field -> what to do."""
    owners = owners_of(unit)
    problems = refusals(plan_now(unit), fact, clock.today(), owners.keys(), what_may_show())
    if not problems:
        actor = access_control.stored_by_account(access_control.account().username)
        current_cases.repository().files.enter(plan_file(unit.level, unit.key), fact, actor=actor)
    return problems


def last_supervisions(units: Sequence[Unit]) -> list[date | None]:
    """The last day of supervision of some officers, as at the moment of the page."""
    moment, entries = current_cases.moment().as_recorded, entries_of(units)
    return [plan_of(as_at(entries[one.level, one.key], moment.on, moment.known_at)).last_held for one in units]
