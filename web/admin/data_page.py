"""Data: the home of the information manager. What came last from each source, what waits, who lacks an account."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from flask import Blueprint, render_template

from domain.accounts.access_lines import Line
from domain.accounts.roles import ADMINISTRATORS, Account, Level
from domain.destinations.destination_rules import Destination
from domain.store.last_extracts import Extract
from domain.store.sources import Source, registered_sources
from domain.working.kept_files import REJECTED
from projections.ledger.ledger import Place
from web.admin.backup_state import backup_state
from web.gate.destination_words import halted
from web.services import current_cases, extracts_here, following_read_model
from web.site import access_control, clock
from web.site.known_browsers import waits_for

blueprint = Blueprint("data", __name__)

IMPORTS_SHOWN = 20
"""Imports listed, the latest ones."""

SIGN_INS = timedelta(days=92)
"""How far back sign-ins are looked for."""


class SourceLine(NamedTuple):
    """A source and its last extract; None: none is found. ``late``: how many days later than is normal; 0: it is not late."""

    source: Source
    extract: Extract | None
    late: int


class AccountLine(NamedTuple):
    """An account. ``last``: its last sign-in; None: none in the time looked at. ``waits``: it must wait after tries that failed."""

    account: Account
    last: datetime | None
    state: str
    waits: bool


@blueprint.get("/data")
@access_control.open_to(*ADMINISTRATORS)
def index() -> str:
    """The page."""
    register, now, who = access_control.register(), clock.now(), access_control.account()
    accounts = register.accounts()
    asked = list(register.requests.still_open(now))
    return render_template(
        "admin/data.html",
        sources=source_lines(now),
        imports=latest_imports(),
        rejected=register.kept_files.of(who.username, REJECTED, now),
        officers=lacking_account(accounts, "officer"),
        teams=lacking_account(accounts, "team"),
        accounts=account_lines(accounts, now),
        halted=_halted(register.destinations.every(), accounts, now),
        waiting=sum(not one.alone for one in asked),
        alone=sum(one.alone for one in asked),
        since=SIGN_INS.days,
        backups=backup_state(register.log, now, clock.day()),
        damaged=current_cases.repository().damaged_inspections.values(),
        detail=import_said,
    )


def _halted(
    destinations: Iterable[Destination], accounts: Iterable[Account], now: datetime
) -> list[tuple[Destination, str]]:
    """The destinations to which nothing is delivered though two people meant it to be, with why."""
    accounts_by_name = {one.username: one for one in accounts}
    found = ((one, halted(one, accounts_by_name.get(one.wanted.subscriber), now)) for one in destinations)
    return [(one, why) for one, why in found if why]


def latest_imports() -> list[Line]:
    """The lines of the latest imports."""
    return list(access_control.register().log.lines(action="imported", limit=IMPORTS_SHOWN))


def source_lines(now: datetime) -> list[SourceLine]:
    """Every source that is registered or of which an extract is found, by name."""
    registered = {source.name: source for source in registered_sources(current_cases.repository().files)}
    found = extracts_here.last_extracts(registered)
    every = {**{name: Source(name) for name in found}, **registered}
    return [source_line(source, found.get(name), now) for name, source in sorted(every.items())]


def source_line(source: Source, extract: Extract | None, now: datetime) -> SourceLine:
    """The line of a source: late by the whole days beyond its normal delay."""
    if extract is None or not extract.is_late(source, now):
        return SourceLine(source, extract, 0)
    return SourceLine(source, extract, max(1, (now - extract.stored_at - source.delay).days))


def lacking_account(accounts: Iterable[Account], level: Level) -> list[str]:
    """The officers, or teams, of this record that no open account answers for."""
    return without_account(following_read_model.as_at(current_cases.today()).places, accounts, level, clock.day())


def without_account(places: Iterable[Place], accounts: Iterable[Account], level: Level, day: date) -> list[str]:
    """The officers, or teams, that hold cases today and that no open account answers for: names, with ids where there are any."""
    mine = [one for one in accounts if one.may_sign_in(day) and one.scope is not None and one.scope[0] == level]
    lacking = {
        place.key(level): getattr(place, level) for place in places if not any(a.answers_for(place) for a in mine)
    }
    return sorted(name if name == key else f"{name} ({key})" for key, name in lacking.items())


def account_lines(accounts: Iterable[Account], now: datetime) -> list[AccountLine]:
    """Those that have not signed in for longest first; closed ones last."""
    register, day = access_control.register(), clock.day()
    last = register.log.latest("signed in", now - SIGN_INS)
    waits = waits_for([one.username for one in accounts])
    lines = [AccountLine(one, last.get(one.username), _state(one, day), one.username in waits) for one in accounts]
    return sorted(
        lines, key=lambda line: (bool(line.state), line.last.timestamp() if line.last else 0, line.account.name)
    )


def _state(account: Account, day: date) -> str:
    if account.differs:
        return "signs nobody in: its row is not what the record says"
    if account.disabled:
        return "closed"
    return "ended" if account.until is not None and account.until < day else ""


def import_said(line: Line) -> Mapping[str, str]:
    """What was imported, and what became of it: the two parts of the detail of an import's line."""
    name, colon, done = line.detail.rpartition(": ")
    return {"name": name if colon else "", "done": done}
