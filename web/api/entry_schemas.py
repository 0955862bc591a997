"""What is sent to the API as entries, and what is said of each line."""

from marshmallow import fields, validate

from web.api.api_query import Answer, Query, flag

NDJSON, JSON = "application/x-ndjson", "application/json"

BODY = {
    "required": True,
    "content": {
        JSON: {
            "schema": {
                "type": "array",
                "minItems": 1,
                "items": {},
                "description": "an array of entries, each an object",
            }
        },
        NDJSON: {"schema": {"type": "string", "pattern": r"\S", "description": "the same entries, one object a line"}},
    },
}

SENT = {207: "The same where some lines were rejected. The others are stored."}

IF_MATCH = {
    "in": "header", "name": "If-Match", "required": True, "schema": {"type": "string"}, "example": '"12"',
    "description": "The ETag of the case's version, in quotes; `\"0\"` for a case that is not there yet. Without it, or with `*`, "
    "which names no version, the answer is 428; where somebody wrote since, 412.",
}  # fmt: skip

TAGGED = {
    "ETag": {"description": "The version of the case: how many entries its file has.", "schema": {"type": "string"}}
}


OUTCOMES = ("stored", "would be stored", "already", "rejected")
"""What becomes of a line."""


class SendQuery(Query):
    """How entries are taken."""

    all_or_nothing = flag("Store nothing where one line is rejected. Default: good lines are kept.")
    dry_run = flag("Check everything and store nothing.")
    ordinary = flag("What is sent is not taken over, though a taking over is open.")


class FaultSchema(Answer):
    """What is wrong with a line."""

    field = fields.String(required=True, metadata={"description": "The field at fault.", "example": "occurred_on"})
    reason = fields.String(required=True, metadata={"description": "What is wrong and what was expected."})


class LineSchema(Answer):
    """What became of a line."""

    line = fields.Integer(required=True, metadata={"description": "Its number, from 1.", "example": 1, "minimum": 1})
    outcome = fields.String(
        required=True,
        validate=validate.OneOf(OUTCOMES),
        metadata={
            "description": "`already`: the same entry was there before. `would be stored`: it is right, and this is a dry run."
        },
    )
    file = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The case; null where the line says none that can be read.", "example": "X123456/1"},
    )
    entry = fields.String(
        required=True, allow_none=True, metadata={"description": "The entry's id, as the line says it; null as before."}
    )
    faults = fields.List(fields.Nested(FaultSchema), required=True, metadata={"description": "Why it was rejected."})


class SentSchema(Answer):
    """What became of the entries that were sent."""

    source = fields.String(
        required=True, metadata={"description": "The source that they are stored for.", "example": "crams"}
    )
    stored = fields.Integer(
        required=True, metadata={"description": "Lines newly stored; none in a dry run.", "minimum": 0}
    )
    would_be_stored = fields.Integer(
        required=True,
        metadata={"description": "Lines of a dry run that would be stored; else 0.", "minimum": 0},
    )
    already = fields.Integer(
        required=True, metadata={"description": "Lines whose entry was there already.", "minimum": 0}
    )
    rejected = fields.Integer(required=True, metadata={"description": "Lines rejected.", "minimum": 0})
    dry_run = fields.Boolean(required=True, metadata={"description": "Whether nothing was stored, as asked."})
    lines = fields.List(fields.Nested(LineSchema), required=True, metadata={"description": "Each line, in order."})


class VersionSchema(Answer):
    """The version of a case."""

    case = fields.String(required=True, metadata={"description": "The case.", "example": "X123456/1"})
    version = fields.Integer(
        required=True, metadata={"description": "How many entries its file has.", "example": 12, "minimum": 1}
    )
