"""The catalogue: the clauses of all frameworks in one fixed order, so that a ledger row names a clause by its number.

An expectation that several frameworks share is listed once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property

from domain.policy.clauses import Clause
from domain.policy.frameworks.framework_files import frameworks
from domain.policy.standards.edition_files import national_standards


@dataclass(frozen=True)
class Catalogue:
    """``clauses`` by number; ``names``: ``edition/id`` of each, which never changes its meaning.

    ``of_framework``: for each framework, its clauses by number, in the framework's own terms (an expectation cites the
    framework that states it).
    """

    clauses: tuple[Clause, ...]
    names: tuple[str, ...]
    number: Mapping[str, int]
    of_framework: Mapping[str, Mapping[int, Clause]]

    @cached_property
    def standards(self) -> tuple[int, ...]:
        """The numbers of the clauses of the national standards."""
        return tuple(number for number, clause in enumerate(self.clauses) if clause.of_standards)


@cache
def catalogue() -> Catalogue:
    """The clauses that ship with the program."""
    clauses = list(national_standards().clauses)
    places = {_content(clause): place for place, clause in enumerate(clauses)}
    of_framework: dict[str, dict[int, Clause]] = {}
    for framework in frameworks().values():
        own = of_framework[framework.id] = {}
        for clause in framework.clauses:
            place = places.setdefault(_content(clause), len(clauses))
            if place == len(clauses):
                clauses.append(clause)
            own[place] = clause
    names = tuple(f"{clause.edition}/{clause.id}" for clause in clauses)
    assert len(set(names)) == len(names)
    return Catalogue(tuple(clauses), names, {name: at for at, name in enumerate(names)}, of_framework)


def _content(clause: Clause) -> Clause:
    """The clause without the framework that states it, to recognise equal expectations."""
    return clause if clause.of_standards else replace(clause, edition="")
