"""A reading: one case at a moment under a framework, with its entries and answers, which a case snapshot does not hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from domain.entries.case_entries import QualityJudged
from domain.policy.frameworks.framework import Framework
from projections.cases.case_snapshot import CaseSnapshot
from projections.history.dated_values import value_on
from projections.history.history import History
from projections.history.moment import Moment
from projections.ledger.ledger import Place
from projections.obligations.derive import obligations
from projections.obligations.duty_state import Obligation
from projections.scoring.answers import Answer, answers, judgements_that_count
from projections.scoring.scores import Score, score


@dataclass(frozen=True)
class Reading:
    """One case read at a moment under a framework, for an inspection or for none.

    ``history``: the case as known at the moment. ``obligations``: its duties under the standards and the framework's own
    expectations, by due date. ``judgements``: those that may count, the earliest first.
    """

    reference: str
    moment: Moment
    framework: Framework
    history: History
    obligations: Sequence[Obligation]
    judgements: Sequence[QualityJudged]
    unit: str | None = None
    """The inspection of a unit whose answers a region adds up, and for which the case was read; None: its own."""

    @classmethod
    def of(cls, reference: str, moment: Moment, framework: Framework, history: History) -> "Reading":
        """The reading of a history, for no inspection."""
        judged = judgements_that_count(history.all(QualityJudged), [], None, moment.on)
        return cls(reference, moment, framework, history, obligations(history, framework.clauses), judged)

    @property
    def has_begun(self) -> bool:
        """Whether supervision had begun by the day."""
        start = self.history.start
        return start is not None and start.on <= self.moment.on

    @cached_property
    def snapshot(self) -> CaseSnapshot:
        """The case snapshot at the moment. ``ValueError``: supervision had not begun."""
        return CaseSnapshot.of_history(self.reference, self.moment, self.history)

    @property
    def name(self) -> str:
        """The person's name on the day; ``[sealed]`` in a reading that was not opened; empty where supervision never began."""
        person = self.history.person
        held = value_on(person, self.moment.on) or (person[0].value if person else None)
        return "" if held is None else str(held.name)

    @property
    def holder(self) -> Place:
        """Who holds the case on the day; its first holder where supervision had not begun. ``IndexError``: nobody yet."""
        return self.history.held_by(self.moment.on)

    @cached_property
    def answers(self) -> Sequence[Answer]:
        """The answer to every question of the framework, in its order."""
        day = self.moment.on
        return answers(self.framework, self.obligations, self.judgements, day, self.history.attributes(day))

    @property
    def score(self) -> Score:
        """The case's own score."""
        return score(self.framework, [self.answers])
