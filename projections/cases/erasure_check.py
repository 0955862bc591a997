"""What stands against erasing a person or redacting a text, and what of them no erasing reaches."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date

from domain.accounts.access_lines import Line
from domain.accounts.roles import Account
from domain.aggregates.inspection import Inspection
from domain.store.erasing import cases_of
from domain.store.person_register import holds_on
from projections.cases import case_access
from projections.cases.case_repository import CaseRepository
from projections.history.moment import Moment

RESTRICT_FIRST = (
    "A limit of access shuts people out and destroys nothing: on the page of the case, Record an entry, Access limited. "
    "It can be lifted again; an erasure cannot be undone."
)

WHAT_IS_LEFT = (
    "What is left is pseudonymous, not anonymous: the CRN stays, with dates, codes, officers and places. "
    "Figures do not change."
)

BACKUPS = (
    "Backups and copies of the database, of its write-ahead log and of the store of keys, until the day each is destroyed; what "
    "was printed or written down; and on a disk the blocks that were freed."
)

NOT_SAID = "it cannot be done now; whoever runs the service can say why"
"""What stands against it where the reason is not for the reader, such as an inspection that is confidential."""

GAVE_AWAY = ("export", "bundle", "disclose", "copy")
"""The commands that hand out texts of cases."""


def hindrances(
    book: CaseRepository, crn: str, day: date, untold: Callable[[str], Collection[str]] = lambda case: ()
) -> list[str]:
    """Why this CRN may not be erased on this day, in words; none: it may. ``untold``: case -> the inspections not to be named."""
    return [
        *(f"{case} is current: its supervision has not ended" for case in cases_of(book.files, crn) if _current(book, case, day)),
        *open_inspections(book, cases_of(book.files, crn), untold),
        *(hold.words for hold in holds_on(book.files, crn) if hold.stands_on(day)),
    ]  # fmt: skip


def holds_against(book: CaseRepository, case: str, day: date) -> list[str]:
    """The holds that stand against redacting a text of this case, in words."""
    crn = case.partition("/")[0]
    return [hold.words for hold in holds_on(book.files, crn) if hold.stands_on(day) and hold.covers(case)]


def open_inspections(
    book: CaseRepository, cases: Iterable[str], untold: Callable[[str], Collection[str]] = lambda case: ()
) -> Iterator[str]:
    """The inspections that are not published and that these cases are in, in words. One that is ``untold`` is not named.

    Where an entry of any inspection cannot be read, nobody can say which cases are in it.
    """
    if book.damaged_inspections:
        yield NOT_SAID
    found = [(name, book.inspection(name)) for name in book.inspections]
    for case in cases:
        for name, inspection in found:
            if inspection.published is None and case in _cases_in(inspection):
                named = f"{case} is in the inspection {name}, which is not published"
                yield NOT_SAID if name in untold(case) else named


def published_with(book: CaseRepository, cases: Iterable[str]) -> list[str]:
    """The titles of the published inspections whose samples these cases are in."""
    wanted = set(cases)
    opened = book.inspections
    found = [(opened[name].title, book.inspection(name)) for name in opened]
    return [title for title, one in found if one.published is not None and wanted & _cases_in(one)]


def handed_out(lines: Iterable[Line], roles: Mapping[str, str]) -> list[str]:
    """What of a person left the service, by the access log: day, what and the role of who took it, each once, in order.

    ``roles``: user name -> role. Nobody is named.
    """
    found = {
        f"{line.at.date().isoformat()}: {line.route or line.action}, {roles.get(line.username, line.username)}"
        for line in lines
        if line.action in ("downloaded", "calendar") or line.route.split(" ")[0] in GAVE_AWAY
    }
    return sorted(found)


def may_confirm_for(book: CaseRepository, account: Account, cases: Iterable[str], day: date) -> bool:
    """Whether an account may ask for or confirm what is done to the texts of these cases: each is open to it."""
    today = Moment(day, None)
    return all(
        not case_access.is_closed(book, account, case) and case_access.answers_for(book, account, case, today)
        for case in cases
    )


def _current(book: CaseRepository, case: str, day: date) -> bool:
    history = book.history(case, None)
    return history.started is not None and (history.end is None or history.end.on > day)


def _cases_in(inspection: Inspection) -> set[str]:
    framed = inspection.frame.cases if inspection.frame else []
    return {*inspection.sample, *inspection.spares, *inspection.calibration.cases, *(one.case for one in framed)}
