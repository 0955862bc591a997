"""What a caseload lists of a case: duties that can still be met, and the lines of lists about cases."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from domain.calendar.workdays import working_days_between
from domain.policy.clauses import Clause
from projections.cases.case_snapshot import CaseSnapshot
from projections.ledger.ledger import LateRow, NoticeRow
from projections.notices.notice import NoticeKind
from projections.notices.notice_kinds import NOTICES
from projections.obligations.duty_state import Obligation, State


@dataclass(frozen=True, slots=True)
class LineOfCase:
    """A line of a list about cases. Its snapshot holds the attributes of the case on the day."""

    case: CaseSnapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine(LineOfCase):
    """One case on the caseload, as at a moment. ``next_due_on``: the earliest due date of a duty that is *due*."""

    overdue: int
    missed: int
    next_due_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyLine(LineOfCase):
    """One duty of one case, and its state on the day read."""

    obligation: Obligation
    state: State
    days_left: int
    """Working days from the day read to the day it is due; negative when that has passed."""

    @classmethod
    def on_the_day(cls, case: CaseSnapshot, obligation: Obligation) -> "DutyLine":
        """The line of a duty that has arisen by the snapshot's day."""
        state = obligation.state(case.day)
        assert state is not None
        return cls(
            case, obligation=obligation, state=state, days_left=working_days_between(case.day, obligation.due_on)
        )

    @property
    def clause(self) -> Clause:
        return self.obligation.clause


@dataclass(frozen=True, slots=True, kw_only=True)
class LateLine(LineOfCase):
    """An entry recorded late."""

    recorded: LateRow


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeLine(LineOfCase):
    """A notice that stands on the day read."""

    notice: NoticeRow

    @property
    def kind(self) -> NoticeKind:
        return NOTICES[self.notice.notice]


def outstanding(case: CaseSnapshot) -> list[DutyLine]:
    """The duties of the national standards that can still be met on the day: overdue, or due however far ahead."""
    return [
        DutyLine.on_the_day(case, o)
        for o in (held.obligation for held in case.standards)
        if o.state(case.day) in ("overdue", "due") and (not case.has_ended or listed_when_over(o.clause))
    ]


def listed_when_over(clause: Clause) -> bool:
    """Whether a caseload lists duties of this clause where supervision has ended: they arise at its end."""
    return clause.after == "end"


def by_kind(lines: Iterable[NoticeLine]) -> list[NoticeLine]:
    """The notices in the order of their kinds, then by day and case."""
    kinds = list(NOTICES)
    return sorted(lines, key=lambda one: (kinds.index(one.kind.id), one.notice.begins_on, one.case.reference))


def by_due_date(lines: Iterable[DutyLine]) -> list[DutyLine]:
    """The lines by due date, then by case and clause."""
    return sorted(lines, key=lambda o: (o.obligation.due_on, o.case.reference, o.clause.id))
