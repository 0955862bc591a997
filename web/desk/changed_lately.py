"""What changed on the cases of the person signed in since they marked it as seen, or between two days."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import cast

import numpy as np
from flask import current_app, g

from domain.accounts.roles import ADMINISTRATORS, Account
from domain.store.record_reader import RecordReader
from domain.working.seen_marks import SeenUpTo
from projections.changes.caseload_changes import KINDS, CaseloadChanges, ChangeKind
from projections.changes.import_runs import ImportRun, import_runs
from projections.changes.reading_then import Earlier, ReadingThen
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
        """The imports since then that brought entries on these cases; none where nothing was marked as seen yet."""
        positions = [mark.upto.position for mark in self.since.seen.marks.values() if mark.upto.position]
        columns = self.reached.selection.columns
        taken = tail().between(min(positions), columns.position) if positions else None
        if taken is None:
            return []
        place = columns.words["place"].values

        def after(case: int) -> int:
            team = place[int(self.reached.selection.place[case])].key("team")
            return self.since.seen.of_case(columns.references[case], team).position or columns.position

        return import_runs(columns, taken, self.reached.open, after, _importers())

    @cached_property
    def listed(self) -> Array:
        """For each case whether its changes are listed one by one: past verdicts that an import changed are counted with it."""
        every = np.ones(self.reached.selection.columns.numbers, bool)
        imported = sorted({case for run in self.imports for case in run.cases})
        alone = self.found.having("past") & ~np.logical_or.reduce(
            [self.found.having(kind) for kind in KINDS if kind != "past"]
        )
        every[imported] = ~alone[imported]
        return every

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
    reached = current_cases.reached()
    selection = reached.selection
    which = np.zeros(selection.columns.numbers, np.int64)
    then = ReadingThen.of(selection.columns, reached.open, [Earlier(first, end_of_day(first))], which, record(), tail())
    return CaseloadChanges.of(selection, then, reached.open, access_control.account().answers_for)


def record() -> RecordReader:
    return following_read_model.views().stored


def tail() -> RecordTail:
    """The tail of the app's record, kept from request to request."""
    kept = current_app.extensions.get("record tail")
    if kept is None:
        kept = current_app.extensions["record tail"] = RecordTail(record())
    return cast(RecordTail, kept)


def _importers() -> Collection[str]:
    return {one.username for one in access_control.register().accounts() if one.is_one_of(ADMINISTRATORS)}


def counted(found: CaseloadChanges, among: Array) -> dict[ChangeKind, int]:
    """On how many of some cases (for each case whether it is one) there is a change of each kind, the gravest kind first."""
    return {kind: int(np.count_nonzero(found.having(kind) & among)) for kind in KINDS}


def marked_at(lately: Lately) -> datetime | date:
    """Since when: the instant of the mark that was made last, or the day from which somebody reads who has made none."""
    marks = [lately.since.seen.marks[team] for team in lately.since.teams if team in lately.since.seen.marks]
    return max((mark.upto.known_at for mark in marks), default=None) or lately.since.seen.first.day
