"""The order or licence over time: start, receipt and end, requirements, tier, releases, contact suspended, work done."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import zip_longest

from domain.aggregates.amendments import IN_ORDER
from domain.calendar.workdays import ONE_DAY
from domain.entries import case_entries
from domain.entries.code_lists import BY_SCHEME
from domain.policy.practice import practice
from projections.history.appointments import CAME
from projections.history.custody import Stay
from projections.history.dated_values import Change, changed_details, without_repeats
from projections.history.person_timelines import PersonTimelines
from projections.history.worked_out import worked_out

SUPERVISION = frozenset(("supervision",))


class OrderTimelines(PersonTimelines):
    """The timelines of one order or licence."""

    @worked_out
    def started(self) -> case_entries.SupervisionStarted | None:
        return next(iter(self.all(case_entries.SupervisionStarted)), None)

    @worked_out
    def start(self) -> Change | None:
        """The first day of supervision: the day of the order, or of the release where that is later."""
        if self.started is None:
            return None
        began = self.started.occurred_on
        return Change(max(began, self.started.released_on or began), None, self.started.entry)

    @worked_out
    def received(self) -> Change | None:
        """The day on which the case was received from another area, where that is after the start; else None."""
        started, start = self.started, self.start
        if started is None or start is None or started.received_on is None or started.received_on <= start.on:
            return None
        return Change(started.received_on, None, started.entry)

    @worked_out
    def here_from(self) -> date:
        """The first day on which anything is owed here: of supervision, or of receipt."""
        assert self.start is not None
        return self.received.on if self.received else self.start.on

    @worked_out
    def end(self) -> Change | None:
        """The end of supervision: by an entry of this file, or by the person's death on any file. The first counts."""
        ends: list[case_entries.SupervisionEnded] = self.all(case_entries.SupervisionEnded)[:1]
        ends = ends + [
            end for file in self.elsewhere for end in file.all(case_entries.SupervisionEnded) if end.reason == "died"
        ]
        ended = min(ends, key=IN_ORDER, default=None)
        return None if ended is None else Change(ended.occurred_on, ended.reason, ended.entry)

    @worked_out
    def ends_on(self) -> list[Change]:
        """The planned last day of the order over time (None: not set): from the start, and from each time it was varied."""
        if self.started is None:
            return []
        varied = [v for v in self.all(case_entries.OrderVaried) if v.ends_on is not None]
        return without_repeats(
            [
                Change(self.started.occurred_on, self.started.ends_on, self.started.entry),
                *(Change(v.occurred_on, v.ends_on, v.entry) for v in varied),
            ]
        )

    @worked_out
    def past_end(self) -> list[tuple[date, date | None]]:
        """The times after the planned end of the order: first day of each, and the first day after it (None: still)."""
        found: list[tuple[date, date | None]] = []
        for change, until in zip_longest(self.ends_on, [following.on for following in self.ends_on[1:]]):
            if change.value is not None:
                begins = max(change.on, change.value + ONE_DAY)
                if until is None or begins < until:
                    found.append((begins, until))
        return found

    def is_past_end(self, day: date) -> bool:
        """Whether the day is after the planned end of the order."""
        return any(begins <= day and (ends is None or day < ends) for begins, ends in self.past_end)

    @worked_out
    def releases(self) -> list[Change]:
        """The releases after which contact is owed: from recall or sentence, or after a long stay (``Stay.long``)."""
        return self._releases(lambda stay: stay.sentenced or stay.long)

    @worked_out
    def fresh_starts(self) -> list[Change]:
        """The releases after which the case begins anew: from a long stay by recall or sentence."""
        return self._releases(lambda stay: stay.sentenced and stay.long)

    @worked_out
    def long_releases(self) -> list[Change]:
        """The releases from which the windows of contact are laid anew: from a long stay."""
        return self._releases(lambda stay: stay.long)

    def _releases(self, kind: Callable[[Stay], bool]) -> list[Change]:
        if not self.custody:
            return []
        assert self.start is not None
        start = self.start.on
        return [
            Change(s.ends, None, s.released_by or s.entry)
            for s in self.custody
            if s.ends and s.ends > start and kind(s)
        ]

    @worked_out
    def suspended(self) -> list[tuple[date, date, date]]:
        """The times in which contact is suspended: first day, first day after, and the day from which the file says so.

        At most ``practice().suspension_weeks`` weeks without a new entry, unless a scheme suspends it (``BY_SCHEME``).
        """
        resumed = {r.suspension: r.occurred_on for r in self.all(case_entries.ContactResumed)}
        found = []
        for fact in self.all(case_entries.ContactSuspended):
            by_scheme = fact.reason in BY_SCHEME
            longest = date.max if by_scheme else fact.from_on + timedelta(weeks=practice().suspension_weeks)
            ends = min(fact.to_on + ONE_DAY, longest, resumed.get(fact.entry, date.max))
            if fact.from_on < ends:
                found.append((fact.from_on, ends, fact.occurred_on))
        return found

    @worked_out
    def tier(self) -> list[Change]:
        """The tier over time, from the start and from each time it was set."""
        changes = [Change(t.occurred_on, t.tier, t.entry) for t in self.all(case_entries.TierSet)]
        if self.started is not None and self.started.tier is not None:
            changes.insert(0, Change(self.started.occurred_on, self.started.tier, self.started.entry))
        return without_repeats(changes)

    @worked_out
    def requirements(self) -> list[Change]:
        """The requirements of the order over time, as sets. None listed reads as supervision.

        While supervision under a life licence is suspended, there are none.
        """
        if self.started is None:
            return []
        kinds = (case_entries.RequirementsChanged, case_entries.SupervisionSuspended, case_entries.SupervisionRestored)
        held = frozenset(self.started.requirements) or SUPERVISION
        found, suspended = [Change(self.started.occurred_on, held, self.started.entry)], False
        for fact in self.ordered(*kinds):
            if isinstance(fact, case_entries.RequirementsChanged):
                held = frozenset(fact.requirements) or SUPERVISION
            else:
                suspended = isinstance(fact, case_entries.SupervisionSuspended)
            found.append(Change(fact.occurred_on, frozenset() if suspended else held, fact.entry))
        return without_repeats(found)

    @worked_out
    def work_done_on(self) -> date | None:
        """The day on which the hours of unpaid work that were ordered had been worked; None: not yet, or none on the file."""
        if self.started is None:
            return None
        varied = [v for v in self.all(case_entries.OrderVaried) if v.unpaid_work_hours is not None]
        ordered = varied[-1].unpaid_work_hours if varied else self.started.unpaid_work_hours
        if ordered is None:
            return None
        worked = 0.0
        for session in self.all(case_entries.UnpaidWorkSession):
            worked += session.hours if session.outcome in CAME else 0
            if worked >= ordered:
                return session.occurred_on
        return None

    @worked_out
    def unsupervised(self) -> list[tuple[date, date | None]]:
        """The times in which supervision under a life licence is suspended: first day, and first day after it (None: still)."""
        ends = [change.on for change in self.requirements[1:]]
        return [(held.on, end) for held, end in zip_longest(self.requirements, ends) if not held.value]

    @worked_out
    def person(self) -> list[Change]:
        """The person's details over time, as ``Person``."""
        if self.started is None:
            return []
        now, found = self.started.person, [Change(self.started.occurred_on, self.started.person, self.started.entry)]
        for fact in self.all(case_entries.PersonDetailsChanged):
            now = changed_details(now, fact)
            found.append(Change(fact.occurred_on, now, fact.entry))
        return without_repeats(found)
