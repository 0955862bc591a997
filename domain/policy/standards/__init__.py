"""The national standards: the editions in this folder. A duty is judged by the edition in force when it arises."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from marshmallow import ValidationError, fields, post_load, validates_schema

from domain.policy.cited_documents import STANDARDS, Cited, PolicyError, read_document
from domain.policy.clauses import Clause, ClauseSchema
from domain.policy.policy_cache import kept_policy


@dataclass(frozen=True, slots=True)
class NotAuditable:
    """A requirement of the edition that a case record cannot show, and why."""

    says: str
    why: str
    citation: str
    sure: str
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition, for duties that arise from ``start`` and before ``end`` (None: open); sources by short name."""

    id: str
    title: str
    start: date
    end: date | None
    cite: str
    sure: str
    remark: str | None
    sources: dict[str, str]
    clauses: tuple[Clause, ...]
    not_auditable: tuple["NotAuditable", ...]


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


class NotAuditableSchema(Cited):
    says = fields.String(required=True)
    why = fields.String(required=True)


class EditionSchema(Cited):
    edition = fields.String(required=True)
    title = fields.String(required=True)
    start = fields.Date(required=True)
    end = fields.Date(allow_none=True, load_default=None)
    sources = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    clauses = fields.List(fields.Nested(ClauseSchema), required=True)
    not_auditable = fields.List(fields.Nested(NotAuditableSchema), required=True)

    @validates_schema(skip_on_field_errors=True)
    def ids_and_citations(self, data: dict[str, Any], **_: Any) -> None:
        faults = clause_faults(data["clauses"], data["sources"])
        if faults:
            raise ValidationError({"clauses": faults})

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Edition:
        name = data.pop("edition")
        clauses = tuple(c.placed(name, data["start"], data["end"], data["sources"]) for c in data.pop("clauses"))
        unseen = tuple(
            NotAuditable(citation=data["sources"].get(row.pop("cite"), ""), **row) for row in data.pop("not_auditable")
        )
        return Edition(id=name, clauses=clauses, not_auditable=unseen, **{"remark": None, **data})


def read_edition(path: Path) -> Edition:
    """One edition's file; ``PolicyError`` names file, clause and line."""
    edition = read_document(path, EditionSchema())
    assert isinstance(edition, Edition)
    return edition


def clause_faults(clauses: Sequence[Clause], sources: Mapping[str, str]) -> dict[int, Any]:
    """Faults of clauses, by their place: an id given twice, a source that the document does not list."""
    faults: dict[int, Any] = {}
    seen: set[str] = set()
    for place, clause in enumerate(clauses):
        if clause.id in seen:
            faults[place] = {"id": [f"'{clause.id}' stands twice; give each clause an id of its own"]}
        seen.add(clause.id)
        for row, value in enumerate(clause.values):
            if value.cite not in sources:
                known = ", ".join(sorted(sources))
                said = f"'{clause.id}' cites '{value.cite}', which is not among the sources; known are {known}"
                faults.setdefault(place, {}).setdefault("values", {})[row] = {"cite": [said]}
    return faults


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
        since = {clause.id: since.get(clause.id, edition.start) for clause in edition.clauses}
        yield replace(edition, clauses=tuple(replace(clause, since=since[clause.id]) for clause in edition.clauses))


@cache
def national_standards() -> Standards:
    """The editions that ship with the program."""
    return kept_policy("standards", lambda: combine(map(read_edition, sorted(STANDARDS.glob("ns-*.yaml")))))
