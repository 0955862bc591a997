"""What an edition of the national standards is. A duty is judged by the edition in force when it arises."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from domain.policy.clauses import Clause
from domain.policy.kept_texts import LaidOver


@dataclass(frozen=True, slots=True)
class NotAuditable:
    """A requirement of the edition that a case record cannot show, and why."""

    says: str
    why: str
    citation: str
    sure: str
    remark: str | None = None


WhyNotLaid = Literal["no value", "professional judgement"]
"""Why an edition lays no duty on a subject: its value was never seen, or it leaves the matter to who holds the case."""


@dataclass(frozen=True, slots=True)
class NotLaid:
    """What an edition, or the law of its time, asks and this program lays no duty for: no value, so no verdict."""

    about: str
    reason: WhyNotLaid
    why: str
    citation: str


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition, for duties that arise from ``start`` and before ``end`` (None: open); sources by short name.

    ``described``: clauses whose source lays no law (``Clause.described``). They raise no duty.
    """

    id: str
    title: str
    start: date
    end: date | None
    cite: str
    sure: str
    remark: str | None
    sources: dict[str, str]
    clauses: tuple[Clause, ...]
    not_auditable: tuple[NotAuditable, ...]
    not_laid: tuple[NotLaid, ...] = ()
    described: tuple[Clause, ...] = ()
    laid_over: LaidOver | None = None
    """That it comes from a policy folder; None: it ships with the program."""

    def left_out(self, reason: WhyNotLaid) -> list[NotLaid]:
        """What is not laid for this reason."""
        return [row for row in self.not_laid if row.reason == reason]


@dataclass(frozen=True, slots=True)
class Standards:
    """The editions in order of time, without gaps or overlaps."""

    editions: tuple[Edition, ...]

    @property
    def clauses(self) -> tuple[Clause, ...]:
        return tuple(clause for edition in self.editions for clause in edition.clauses)

    def on(self, day: date) -> Edition | None:
        """The edition by which a duty that arises on this day is judged; None before the first."""
        return next((e for e in self.editions if e.start <= day and (e.end is None or day < e.end)), None)
