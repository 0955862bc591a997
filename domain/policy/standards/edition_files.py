"""The editions of the national standards in order of time: those that ship with the program, and those laid over them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from domain.policy.cited_documents import PolicyError
from domain.policy.kept_texts import READ
from domain.policy.policy_cache import kept_policy
from domain.policy.policy_folders import Source, looking_at, policy_files, source
from domain.policy.standards.edition import Edition, Standards
from domain.policy.standards.edition_schema import read_edition


def combine(editions: Iterable[Edition]) -> Standards:
    """The editions in order of time; ``PolicyError`` where there is a gap or an overlap, with file and line of what is laid over.

    An edition without an end ends on the day on which the next one starts.
    """
    ordered = _ended(sorted(editions, key=lambda edition: edition.start))
    for earlier, later in pairwise(ordered):
        if earlier.end != later.start:
            raise PolicyError(
                f"edition {_named(earlier)} ends on {earlier.end} but {_named(later)} starts on {later.start}: "
                f"one must start on the day the other ends{_replaced(ordered)}"
            )
    return Standards(tuple(_with_since(ordered)))


def _ended(ordered: Sequence[Edition]) -> list[Edition]:
    ends = [later.start for later in ordered[1:]]
    return [
        replace(one, end=end, clauses=tuple(replace(clause, end=end) for clause in one.clauses))
        if one.end is None and one.start < end
        else one
        for one, end in zip(ordered, ends, strict=False)
    ] + list(ordered[-1:])


def _named(edition: Edition) -> str:
    laid = edition.laid_over
    return f"{edition.id} ({laid.file} line {laid.line})" if laid else edition.id


def _replaced(editions: Iterable[Edition]) -> str:
    """Which editions take the place of others, as far as that may have left a gap."""
    laid = [one for one in editions if one.laid_over and one.laid_over.replaces not in (None, one.id)]
    return "".join(f"; {_named(one)} takes the place of {one.laid_over.replaces}" for one in laid if one.laid_over)


def _with_since(editions: Sequence[Edition]) -> Iterable[Edition]:
    """Set ``since`` of each clause: the first day of the unbroken run of editions that have a clause of its id."""
    since: dict[str, date] = {}
    for edition in editions:
        since = {clause.id: since.get(clause.id, clause.start or edition.start) for clause in edition.clauses}
        yield replace(edition, clauses=tuple(replace(clause, since=since[clause.id]) for clause in edition.clauses))


def subjects_laid(edition: Edition, among: Standards | None = None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The subjects for which the edition lays duties, and those for which only the fullest edition does; both as printed.

    The order is that of the edition with the most clauses. ``among``: the editions that it is one of (None: those in force).
    """
    fullest = max((among or national_standards()).editions, key=lambda one: len(one.clauses))
    known = dict.fromkeys(clause.subject for one in (fullest, edition) for clause in one.clauses)
    laid = {clause.subject for clause in edition.clauses}
    return tuple(s for s in known if s in laid), tuple(s for s in known if s not in laid)


def national_standards() -> Standards:
    """The editions that ship with the program, with those of the policy folders laid over. ``PolicyError``."""
    return _standards(source())


@lru_cache(READ)
def _standards(over: Source) -> Standards:
    return kept_policy("standards", _read)


def _read() -> Standards:
    files = policy_files("standards").values()
    return combine(replace(read_edition(path), laid_over=laid) for path, laid in files)


def standards_over(over: Sequence[Path]) -> Standards:
    """The editions that ship, with those of these folders laid over. ``PolicyError``."""
    with looking_at(over):
        return _read()
