"""The editions of the national standards that ship with the program: the YAML files in this folder, in order of time."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import pairwise

from domain.policy.cited_documents import STANDARDS, PolicyError
from domain.policy.policy_cache import kept_policy
from domain.policy.standards.edition import Edition, Standards
from domain.policy.standards.edition_schema import read_edition


def combine(editions: Iterable[Edition]) -> Standards:
    """The editions in order of time; ``PolicyError`` where there is a gap or an overlap."""
    ordered = sorted(editions, key=lambda edition: edition.start)
    for earlier, later in pairwise(ordered):
        if earlier.end != later.start:
            raise PolicyError(
                f"edition {earlier.id} ends on {earlier.end} but {later.id} starts on {later.start}: "
                "one must start on the day the other ends"
            )
    return Standards(tuple(_with_since(ordered)))


def _with_since(editions: Sequence[Edition]) -> Iterable[Edition]:
    """Set ``since`` of each clause: the first day of the unbroken run of editions that have a clause of its id."""
    since: dict[str, date] = {}
    for edition in editions:
        since = {clause.id: since.get(clause.id, clause.start or edition.start) for clause in edition.clauses}
        yield replace(edition, clauses=tuple(replace(clause, since=since[clause.id]) for clause in edition.clauses))


def subjects_laid(edition: Edition) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The subjects for which the edition lays duties, and those for which only the fullest edition does; both as printed.

    The order is that of the edition with the most clauses.
    """
    fullest = max(national_standards().editions, key=lambda one: len(one.clauses))
    known = dict.fromkeys(clause.subject for one in (fullest, edition) for clause in one.clauses)
    laid = {clause.subject for clause in edition.clauses}
    return tuple(s for s in known if s in laid), tuple(s for s in known if s not in laid)


@cache
def national_standards() -> Standards:
    """The editions that ship with the program."""
    return kept_policy("standards", lambda: combine(map(read_edition, sorted(STANDARDS.glob("ns-*.yaml")))))
