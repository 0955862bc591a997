"""The inspections that the person signed in may read, run or assess, and the one that a page belongs to.

Pages read an inspection only through here: what is not open to the reader is answered like what is not there, and a blind
reader is shown nothing of other readers.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from flask import Flask, abort, g, request

from domain.accounts.roles import Account
from domain.aggregates.inspection import Inspection
from domain.entries.inspection_entries import InspectionOpened
from domain.policy.frameworks.framework import Framework
from projections.cases import case_access
from projections.cases.case_reading import Reading
from projections.cases.followed_files import DamagedInspection
from projections.history.moment import Moment
from projections.inspections import blind_reading, inspection_access
from projections.inspections.sample_scores import ScoredSample, inspection_moment, score_before, score_inspection
from web.services import current_cases
from web.site import access_control, clock, problems
from web.site.damage_pages import DamagedRecord
from web.site.reading_date import ReadingDate

LONG_AGO = timedelta(days=366)
"""The record stopped long ago when nothing was recorded for this time."""

NOT_OPEN = "There is no inspection {} that is open to you. It may have another name, or not be published."
"""The same words for an inspection that is not open to the reader and for one that is not there."""


def inspection(name: str) -> InspectionOpened:
    """The inspection of this id. 404 where there is none, and in the same words where the person signed in may not read it.

    503 for those who run it where an entry of it cannot be read.
    """
    opened = inspections().get(name)
    if opened is None:
        for one in damaged():
            if one.name == name:
                raise DamagedRecord(one.words)
        abort(404, NOT_OPEN.format(name))
    return opened


def damaged() -> list[DamagedInspection]:
    """The inspections that the person signed in runs and of which an entry cannot be read."""
    who = access_control.account()
    return [
        one
        for one in current_cases.repository().damaged_inspections.values()
        if who.runs(one.name, one.opened.recorded_by if one.opened else None)
    ]


def inspections() -> dict[str, InspectionOpened]:
    """The inspections that the person signed in may read, the latest first."""
    return inspection_access.readable_inspections(
        current_cases.repository(), access_control.account(), account_of, clock.today()
    )


def account_of(username: str) -> Account | None:
    """The account of this user name, open or closed."""
    if "accounts" not in g:
        g.accounts = {account.username: account for account in access_control.register().accounts()}
    found: Account | None = g.accounts.get(username)
    return found


def seen(name: str) -> Inspection:
    """An inspection without what is hidden from the person signed in while they have cases to read for it."""
    return blind_reading.as_seen(current_cases.repository().inspection(name), access_control.account())


def runs(name: str) -> bool:
    """Whether the person signed in runs this inspection: an inspector who reads it, or the manager who opened it."""
    return inspection_access.runs(current_cases.repository(), access_control.account(), name)


def assesses(name: str) -> bool:
    """Whether the person signed in runs this inspection, or is named as one of its assessors. Not where there is none."""
    book = current_cases.repository()
    return name in book.inspections and inspection_access.assesses(book, access_control.account(), name)


def reads(name: str) -> bool:
    """Whether the sheet and the report of this inspection are open to the person signed in. Not where there is none."""
    book, who = current_cases.repository(), access_control.account()
    return name in book.inspections and inspection_access.may_read_sheet(book, who, name, account_of, clock.today())


def own_cases(name: str) -> set[str] | None:
    """The cases given to the person signed in, where they have their own readings of an inspection alone; None elsewhere."""
    if not assesses(name) or reads(name):
        return None
    who, found = access_control.account(), current_cases.repository().inspection(name)
    return {case for (case, _), key in found.allocated.items() if who.is_named(key)}


def blind(name: str) -> set[str]:
    """The cases of an inspection, and of the units of a region, that the person signed in has still to read blind."""
    book, who = current_cases.repository(), access_control.account()
    every = (name, *(unit for unit in book.inspection(name).units if unit in book.inspections))
    return set[str]().union(*(blind_reading.read_blind(book.inspection(one), who) for one in every))


def to_read(name: str) -> set[str]:
    """The cases of an inspection of which the person signed in has still to finish a reading."""
    return blind_reading.to_read(current_cases.repository().inspection(name), access_control.account())


def reads_blind() -> bool:
    """Whether the person signed in has any reading to finish, so that they are shown no total of the whole record."""
    return blind_reading.reads_blind(current_cases.repository(), access_control.account())


def scored(
    name: str, moment: Moment | None = None, edition: str | None = None, by: Framework | None = None
) -> ScoredSample:
    """An inspection's score, without the judgements on cases that the person signed in has still to read blind."""
    return score_inspection(current_cases.repository(), name, moment, edition, by, blind(name))


def is_draft_reader(name: str) -> bool:
    """Whether the person signed in reads an inspection only as a draft: named for it, and it is not published."""
    found, who = current_cases.repository().inspection(name), access_control.account()
    return found.published is None and not assesses(name) and inspection_access.sees_draft(found, who, clock.today())


def scored_before(name: str) -> ScoredSample | None:
    """The score of the inspection before. None where there is none, where it is not open to the person signed in, and where
    its policy cannot be used.
    """
    follows = current_cases.repository().inspections[name].follows
    if follows is None or follows not in inspections() or without_before(name):
        return None
    return score_before(current_cases.repository(), name, blind(follows))


def without_before(name: str) -> list[str]:
    """A sentence where the policy of the inspection before cannot be used, so that nothing stands beside this one."""
    book = current_cases.repository()
    follows = book.inspections[name].follows
    if follows not in inspections() or (why := book.inspection(str(follows)).unusable) is None:
        return []
    return [f"The inspection before, {book.inspections[str(follows)].title}, is not set beside it: {why}."]


def shown(name: str, readings: Iterable[Reading]) -> list[Reading]:
    """Those of an inspection's readings that may be shown to the person signed in. Of a region: those of its own cases and
    of the units that are open to them. Who reads a draft only is shown none: a draft says what was found, and of no case."""
    if is_draft_reader(name):
        return []
    book, open_to_me = current_cases.repository(), inspections()
    units = [unit for unit in book.inspection(name).units if unit in book.inspections and unit not in open_to_me]
    hidden = blind(name).union(*(book.inspection(unit).sample for unit in units))
    return [reading for reading in readings if reading.reference not in hidden and current_cases.may_read(reading)]


def may_assess(name: str, reference: str) -> bool:
    """Whether the person signed in may read this case for an inspection."""
    repository, opened = current_cases.repository(), current_cases.repository().inspections[name]
    framework = current_cases.framework()
    return case_access.may_assess(
        repository, access_control.account(), repository.inspection(name),
        repository.read(reference, inspection_moment(opened), framework),
        repository.read(reference, current_cases.today(), framework),
        inspection_access.auditor(opened, account_of),
    )  # fmt: skip


def may_calibrate(name: str, reference: str) -> bool:
    """Whether the person signed in, who runs an inspection, may name this case for its calibration."""
    book = current_cases.repository()
    return case_access.may_calibrate(
        book, access_control.account(), reference, inspection_moment(book.inspections[name])
    )


def closed(name: str, references: Iterable[str]) -> set[str]:
    """Those of these cases of an inspection that are closed to the person signed in.

    To a manager so is every case that they answered for neither on the sample date nor today, however it came into an audit.
    """
    repository, who, asked = current_cases.repository(), access_control.account(), list(references)
    limited = current_cases.closed(asked)
    if who.inspects:
        return limited
    moments = (inspection_moment(repository.inspections[name]), current_cases.today())
    held = {case for case in asked if any(case_access.answers_for(repository, who, case, at) for at in moments)}
    return limited | (set(asked) - held)


def not_yet_shown(reference: str) -> set[str]:
    """The inspections for which the person signed in has not finished reading this case.

    Until then no page of the case shows them the answers of others there.
    """
    return blind_reading.not_yet_shown(current_cases.repository(), access_control.account(), reference)


def front() -> str | None:
    """The inspection on the first page; None where there is none to read."""
    return inspection_access.latest_inspection(current_cases.repository(), inspections())


def inspection_asked() -> str | None:
    """The inspection that this page belongs to: named in its path, in its query, or the latest on the first page."""
    named = (request.view_args or {}).get("inspection") or request.args.get("inspection")
    if named is None and request.endpoint == "inspections.index" and access_control.signed_in() is not None:
        return front()
    return named or None


def kind_of(name: str) -> str:
    """What an inspection is called: inspection or audit."""
    return inspection_access.kind_of(current_cases.repository().inspections[name])


def default_moment() -> ReadingDate | None:
    """The moment of a page whose address names none; None for today.

    An inspection's pages are read at its own sample date and state of knowledge. So are the others when the record
    stopped long ago: today would show nothing. A program gets today all the same: what it asks for must mean the same tomorrow.
    An inspection that is not open to the reader gives no date.
    """
    if access_control.signed_in() is None:
        return None
    mine = inspections()
    named = inspection_asked()
    if named is None and mine and not problems.asked_for() and _stopped_long_ago(clock.today()):
        named = next(iter(mine))
    if named and named not in mine and assesses(named):
        mine = current_cases.repository().inspections
    opened = mine.get(named) if named else None
    return None if opened is None else ReadingDate(opened.occurred_on, opened.knowledge)


def _stopped_long_ago(today: date) -> bool:
    last = current_cases.repository().last_recorded_at
    return last is not None and today - last.date() > LONG_AGO


def attach(app: Flask) -> None:
    """Give the templates ``runs_inspection`` and ``assesses_for``, and pages without a moment in their address one."""
    app.config.update(DEFAULT_MOMENT=default_moment)
    app.add_template_global(runs, "runs_inspection")
    app.add_template_global(assesses, "assesses_for")
    app.add_template_global(reads, "reads_inspection")
    app.add_template_global(is_draft_reader, "reads_draft")
    app.add_template_global(kind_of, "inspection_kind")
    app.add_template_global(damaged, "damaged_inspections")
