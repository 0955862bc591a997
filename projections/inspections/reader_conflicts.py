"""Who may not be handed which case of an inspection: conflicts of interest by files, declarations and accounts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from domain.accounts.roles import LEVELS, Account
from domain.aggregates.conflicts import Handled, applies, conflicts
from domain.aggregates.inspection import Inspection
from projections.cases.case_repository import CaseRepository
from projections.history.dated_values import value_on
from projections.ledger.ledger import Place


@dataclass(frozen=True)
class ReaderConflicts:
    """The conflicts of the assessors of one inspection. ``account_of``: staff key -> the account; None where there is none."""

    book: CaseRepository
    found: Inspection
    account_of: Callable[[str], Account | None]

    @cached_property
    def every(self) -> Mapping[tuple[str, str], list[str]]:
        """(Case, assessor) -> the conflicts in words, of those that have any. Empty where the rule does not hold."""
        if not applies(self.found):
            return {}
        pairs = ((case, key) for case in self.found.sample for key in self.found.assessors)
        return {pair: said for pair in pairs if (said := self._between(*pair))}

    def _between(self, case: str, key: str) -> list[str]:
        account = self.account_of(key)
        keys = {key} if account is None else {key, *account.keys}
        said = conflicts(self.found, case, keys, Handled.of(self.book.file(case).entries.values()))
        if account is not None and any(map(account.answers_for, self._holders(case))):
            said = [f"own {LEVELS[account.role]}", *said]
        return said

    def _holders(self, case: str) -> list[Place]:
        """Where the case was held at any time, as known today."""
        return [Place(*change.value) for change in self.book.history(case, None).allocation]


def held_on(book: CaseRepository, found: Inspection, case: str) -> Place | None:
    """Where a case was held on the sample date of an inspection; None where it had not begun."""
    opened, allocation = found.opened, book.history(case, None).allocation
    held = value_on(allocation, opened.occurred_on) if opened else None
    return None if held is None else Place(*held)
