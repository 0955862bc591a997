"""What changed on the cases of the person signed in since they marked it as seen, or between two days."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import cast

from flask import current_app, g

from domain.accounts.roles import ADMINISTRATORS, MACHINES, Account
from domain.store.record_reader import RecordReader
from domain.working.seen_places import SeenUpTo
from projections.changes.caseload_changes import CaseloadChanges
from projections.changes.changed_cases import changes_since
from projections.changes.import_runs import ImportRun
from projections.changes.reading_then import Earlier
from projections.changes.record_tail import RecordTail
from projections.changes.since_seen import Seen, SinceSeen, at_first
from projections.columns.column_schema import Array
from projections.history.history import end_of_day
from projections.history.moment import Moment
from projections.lists.counted_cases import CountedCases
from web.services import current_cases, following_read_model
from web.site import access_control, clock


@dataclass(frozen=True)
class Lately:
    """What changed on the cases of an account since it was marked as seen, as at today."""

    account: Account
    reached: CountedCases
    since: SinceSeen

    @property
    def found(self) -> CaseloadChanges:
        return self.since.found

    @cached_property
    def upto(self) -> SeenUpTo:
        """The place in the record up to which this was read: what *Mark these as seen* names."""
        position = self.reached.selection.columns.position
        return SeenUpTo(
            position, record().hash_at(position) or "", self.reached.selection.moment.on, clock.recording_time()
        )

    @cached_property
    def imports(self) -> list[ImportRun]:
        """The imports since then that brought entries on these cases."""
        importers = {
            one.username for one in access_control.register().accounts() if one.is_one_of((*ADMINISTRATORS, *MACHINES))
        }
        return self.since.imports(tail(), importers)

    @cached_property
    def listed(self) -> Array:
        """For each case whether its changes are listed one by one, and not counted with an import."""
        return self.since.listed(self.imports)

    def turned_by(self, run: ImportRun) -> int:
        """On how many cases past verdicts have changed that are counted with this import."""
        return sum(not self.listed[case] for case in run.cases)


def lately(account: Account) -> Lately:
    """What changed on the cases of an account since it was marked as seen, as at today."""
    today = Moment(clock.today(), end_of_day(clock.today()))
    reached = current_cases.counted_by(account, today)
    marks = access_control.register().seen
    seen = Seen(marks.of(account.username), marks.cases(account.username), at_first(today.on))
    since = SinceSeen.of(reached.selection, reached.open, account.answers_for, seen, record(), tail())
    return Lately(account, reached, since)


def own() -> Lately:
    """The same of the person signed in, worked out once a request."""
    if "lately" not in g:
        g.lately = lately(access_control.account())
    return cast(Lately, g.lately)


def is_now() -> bool:
    """Whether the page is read as at today, as the files stand now: only then is there anything to be marked as seen."""
    return current_cases.moment() == current_cases.today()


def between(first: date) -> CaseloadChanges:
    """What changed on the cases of the person signed in from the end of a day to the moment of the page."""
    reached, here = current_cases.reached(), access_control.account().answers_for
    return changes_since(reached.selection, reached.open, here, Earlier.end_of(first), record(), tail())


def record() -> RecordReader:
    return following_read_model.views().stored


def tail() -> RecordTail:
    """The tail of the app's record, kept from request to request."""
    kept = current_app.extensions.get("record tail")
    if kept is None:
        kept = current_app.extensions["record tail"] = RecordTail(record())
    return cast(RecordTail, kept)
