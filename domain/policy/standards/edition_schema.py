"""How the file of an edition is read and checked: its parts, ids that occur once, sources that are listed."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from domain.policy.cited_documents import Cited, Document, read_document
from domain.policy.clause_schema import ClauseYamlSchema
from domain.policy.clauses import Clause
from domain.policy.kept_texts import PolicyText
from domain.policy.standards.edition import Edition, NotAuditable, NotLaid, WhyNotLaid


class NotAuditableSchema(Cited):
    says = fields.String(required=True)
    why = fields.String(required=True)


class NotLaidSchema(Document):
    """A requirement without a value: nobody has seen one, or the edition leaves it to professional judgement."""

    about = fields.String(required=True)
    reason = fields.String(
        required=True,
        validate=validate.OneOf(get_args(WhyNotLaid), error="'{input}' is not one of {choices}"),
    )
    why = fields.String(required=True)
    cite = fields.String(required=True)


class EditionSchema(Cited):
    edition = fields.String(required=True)
    title = fields.String(required=True)
    start = fields.Date(required=True)
    end = fields.Date(allow_none=True, load_default=None)
    sources = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    clauses = fields.List(fields.Nested(ClauseYamlSchema), required=True)
    not_auditable = fields.List(fields.Nested(NotAuditableSchema), required=True)
    not_laid = fields.List(fields.Nested(NotLaidSchema), load_default=list)
    replaces = fields.String()
    reason = fields.String()

    @validates_schema(skip_on_field_errors=True)
    def ids_and_citations(self, data: dict[str, Any], **_: Any) -> None:
        faults = clause_faults(data["clauses"], data["sources"])
        for place, clause in enumerate(data["clauses"]):
            if clause.start is not None and data["end"] is not None and clause.start >= data["end"]:
                late = f"'{clause.id}' begins on {clause.start}, after its edition has ended; give an earlier day"
                faults.setdefault(place, {})["from"] = [late]
        if faults:
            raise ValidationError({"clauses": faults})
        for name in ("not_auditable", "not_laid"):
            for place, row in enumerate(data[name]):
                if row["cite"] not in data["sources"]:
                    raise ValidationError({name: {place: {"cite": [f"'{row['cite']}' is not among the sources"]}}})

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Edition:
        name = data.pop("edition")
        data = {part: value for part, value in data.items() if part not in ("replaces", "reason")}
        sources = data["sources"]
        clauses = [c.placed(name, data["start"], data["end"], sources) for c in data.pop("clauses")]
        unseen = tuple(NotAuditable(citation=sources[row.pop("cite")], **row) for row in data.pop("not_auditable"))
        not_laid = tuple(NotLaid(citation=sources[row.pop("cite")], **row) for row in data.pop("not_laid"))
        law = tuple(c for c in clauses if c.described is None)
        described = tuple(c for c in clauses if c.described is not None)
        return Edition(
            id=name,
            clauses=law,
            not_auditable=unseen,
            not_laid=not_laid,
            described=described,
            **{"remark": None, **data},
        )


def read_edition(path: PolicyText) -> Edition:
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
