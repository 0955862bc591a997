"""The ids of the clauses of all editions and of what the frameworks expect: what an entry may name a duty by."""

from functools import cache

from domain.policy.frameworks.framework_files import frameworks
from domain.policy.standards.edition_files import national_standards


@cache
def clause_ids() -> frozenset[str]:
    """The ids of every clause that ships with the program."""
    expected = (clause.id for framework in frameworks().values() for clause in framework.clauses)
    return frozenset((*(clause.id for clause in national_standards().clauses), *expected))
