"""What every page reads from: the cases of the database, the moment of the page, and the cases open to its reader."""

from collections.abc import Iterable, Mapping
from typing import NoReturn, cast

from flask import Flask, abort, current_app, g

from domain.accounts.roles import Account, Level
from domain.aggregates.case_file import CaseFile
from domain.aggregates.other_file_ids import file_named
from domain.aggregates.person_files import PersonFiles
from domain.entries.case_entries import SupervisionStarted
from domain.policy.frameworks.framework import Framework
from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, frameworks
from domain.store.application import Files
from domain.store.stored_entries import Stored
from projections.cases import case_access
from projections.cases.case_reading import Reading
from projections.cases.case_repository import CaseRepository
from projections.cases.recorded_limits import Limits, RecordedLimits
from projections.columns.column_schema import Array
from projections.history.history import end_of_day
from projections.history.moment import Moment
from projections.inspections import blind_reading
from projections.ledger.ledger import Place
from projections.lists.case_limits import closed_cases
from projections.lists.counted_cases import CountedCases, counted_cases
from web.presentation import answer_reasons
from web.services import following_read_model, person_banner
from web.site import access_control, clock, reading_date

NOT_OPEN = (
    "There is no case {} that is open to you. It may be written in another way, be held by somebody else, or have its "
    "access limited."
)
"""The same words for a case that is closed to the reader and for one that is not there."""


def repository() -> CaseRepository:
    """The cases of the app's database. Opened at the first request of each process, then kept."""
    kept = current_app.extensions.get("case_repository")
    if kept is None:
        kept = current_app.extensions["case_repository"] = CaseRepository(Files.open(current_app.config["DATABASE"]))
    return cast(CaseRepository, kept)


def moment() -> Moment:
    """The moment at which this page is read: as at a day, as known at an instant."""
    asked = reading_date.page_date()
    return Moment(asked.on, asked.known_at, asked.knowledge == "received")


def today() -> Moment:
    """Today, as the files stand now."""
    return Moment(clock.today(), end_of_day(clock.today()))


def framework() -> Framework:
    return frameworks()[DEFAULT_FRAMEWORK]


def limits() -> Limits:
    """Who may not open which cases, as the record has it now."""
    if "limits" not in g:
        kept = current_app.extensions.get("limits")
        if kept is None:
            kept = current_app.extensions["limits"] = RecordedLimits(following_read_model.views().stored)
        g.limits = kept.now()
    return cast(Limits, g.limits)


def counted_by(account: Account, at: Moment) -> CountedCases:
    """The cases that an account answers for on the moment's day. For an inspector: those of the inspections they read."""
    return counted_cases(
        following_read_model.as_at(at), limits(), account, lambda: case_access.inspected(repository(), account)
    )


def entries_of(reference: str) -> list[str]:
    """The ids of all entries of a case's file, in the order in which they were stored."""
    return list(repository().file(reference).entries)


def framework_of(inspection: str | None) -> Framework:
    """The framework of this inspection. None: the default framework."""
    return framework() if inspection is None else repository().inspection(inspection).framework


def reached() -> CountedCases:
    """The cases that the person signed in answers for at the moment, and those of them that are closed to them."""
    if "reached" not in g:
        g.reached = counted_by(access_control.account(), moment().as_recorded)
    return cast(CountedCases, g.reached)


def shut() -> Array:
    """For each case whether limited access closes it to the person signed in."""
    columns = following_read_model.as_at(today()).columns
    return closed_cases(columns, limits(), access_control.account().is_shut_out)


def opened() -> Array:
    """For each case whether the person signed in may open it: theirs at the moment or today, and not closed to them."""
    if "opened" not in g:
        g.opened = reached().open | counted_by(access_control.account(), today()).open
    return cast("Array", g.opened)


def case(reference: str, inspection: str | None = None) -> Reading:
    """One case at the moment, with the texts of its entries. 404 where there is none.

    In the same words 404 where the person signed in may not open it.
    """
    if _is_surely_closed(reference):
        refuse(reference)
    if not isinstance(repository().file(reference).first_entry, SupervisionStarted):
        refuse(reference)
    asked = moment()
    reading = repository().read(reference, asked.as_recorded, framework_of(inspection), inspection)
    now = repository().read(reference, today(), framework())
    if not case_access.may_open(repository(), access_control.account(), reading, now):
        refuse(reference)
    return person_banner.opened(repository().read(reference, asked, framework_of(inspection), inspection, opened=True))


def names(references: Iterable[str], at: Moment | None = None) -> Mapping[str, str]:
    """The names of the persons of these cases at a moment (None: the page's own), which a page shows beside the references."""
    return repository().names(references, at or moment().as_recorded)


def refuse(reference: str) -> NoReturn:
    """404 in the words for a case that is not there or not open, and a line in the access log."""
    access_control.log("refused", reference)
    abort(404, NOT_OPEN.format(reference))


def _is_surely_closed(reference: str) -> bool:
    """Whether the person signed in may not open the case, as far as this is known without reading its file.

    So a case that is closed is refused as fast as one that is not there. Where the columns are behind the record or have
    not the case on either day, its file decides.
    """
    who = access_control.account()
    if who.is_shut_out(limits().get(reference, ())):
        return True
    if who.inspects:
        return reference not in case_access.inspected(repository(), who)
    if case_access.given_to_read(repository(), who, reference):
        return False
    if following_read_model.behind().entries or not following_read_model.has_columns():
        return False
    number = reached().selection.columns.number(reference)
    if number is None:
        return False
    held = any(following_read_model.as_at(at).there[number] for at in (moment().as_recorded, today()))
    return held and not opened()[number]


def is_open(reference: str) -> bool:
    """Whether the person signed in may open this case at the moment."""
    if _is_surely_closed(reference) or not isinstance(repository().file(reference).first_entry, SupervisionStarted):
        return False
    return may_read(repository().read(reference, moment().as_recorded, framework()))


def is_theirs(reference: str) -> bool:
    """Whether this case is the reader's today, or one that they inspect: who held it on an earlier day alone sees that day."""
    return case_access.is_theirs(
        repository(), access_control.account(), repository().read(reference, today(), framework())
    )


def may_record(reference: str) -> bool:
    """Whether the person signed in may record on this case."""
    return case_access.may_record(
        repository(), access_control.account(), repository().read(reference, today(), framework())
    )


def may_read(reading: Reading) -> bool:
    """Whether the person signed in may open this case, which stands in a list."""
    now = repository().read(reading.reference, today(), framework())
    return case_access.may_open(repository(), access_control.account(), reading, now)


def file_shown(entry: str) -> str | None:
    """The file of an entry of another file of the person, where the person signed in may open it; else None."""
    file = file_named(entry)
    if file is None:
        return None
    known: dict[str, bool] = g.setdefault("may_read", {})
    if file not in known:
        known[file] = may_read(repository().read(file, moment().as_recorded, framework()))
    if not known[file]:
        return None
    access_control.shown(file)
    return file


def named_entry(entry: str) -> str:
    """How a page names an entry of another file of the person: by its file where that is open to the reader."""
    file = file_shown(entry)
    return "in another file of this person" if file is None else f"in {file}"


def closed(references: Iterable[str]) -> set[str]:
    """Those of these cases that limited access closes to the person signed in."""
    who = access_control.account()
    return {reference for reference in references if case_access.is_closed(repository(), who, reference)}


def shown_file(reference: str) -> CaseFile:
    """The file of a case, with its texts, without the answers of others that the person signed in must not see yet."""
    return repository().opened_file(sealed_file(reference))


def sealed_file(reference: str) -> CaseFile:
    """The same without its texts, for what shows none of them."""
    return blind_reading.shown_file(repository(), access_control.account(), reference)


def shown_person(reference: str) -> PersonFiles:
    """The same file, with the other files of its person, with their texts."""
    person = repository().person(reference)
    return person._replace(
        file=shown_file(reference),
        others=[
            repository().opened_file(blind_reading.without_hidden(repository(), access_control.account(), other))
            for other in person.others
        ],
    )


def places() -> dict[str, list[tuple[str, str]]]:
    """The areas, divisions and teams that hold cases today, by level: each by its key, and how it is printed."""
    held = following_read_model.as_at(today()).places
    levels: tuple[Level, ...] = ("area", "division", "team")
    return {
        level: sorted({(place.key(level), _printed(place, level)) for place in held}, key=lambda pair: pair[1])
        for level in levels
    }


def _printed(place: Place, level: Level) -> str:
    key, name = place.key(level), str(getattr(place, level))
    return name if key == name else f"{name} ({key})"


def footer_note() -> str:
    """The line of the footer: whether lists and counts do not have the latest entries yet; most often empty.

    It never says how many entries there are: a blind reader would see that another one has answered. Who has a reading to
    finish is told no number and no time.
    """
    note, who = following_read_model.note(), access_control.signed_in()
    if note and who is not None and blind_reading.reads_blind(repository(), who):
        return "Lists and counts may leave out the latest entries."
    return note


def stored_here(reference: str, entry: str) -> Stored | None:
    """How this service stored an entry of a case, or of another file of its person that is open to the reader."""
    file, own = file_named(entry), entry
    if file is not None:
        own = entry.rpartition("#")[2]
    return repository().stored(file or reference).get(own)


def attach(app: Flask) -> None:
    """Give the templates ``may_record`` and ``today``, and the footer its line."""
    app.config.update(FOOTER_NOTE=footer_note)
    app.add_template_global(may_record)
    app.add_template_global(file_shown)
    app.add_template_global(stored_here)
    app.add_template_global(file_named)
    app.add_template_global(named_entry)
    for said in (answer_reasons.why, answer_reasons.because, answer_reasons.became):
        app.add_template_global(said)
    app.add_template_global(clock.today, "today")
