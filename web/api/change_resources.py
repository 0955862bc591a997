"""The log of changes for readers who pull: what was stored within their reach, as CloudEvents, page after page."""

from typing import Any
from urllib.parse import urlencode

from flask import request
from flask_smorest import abort as refuse
from marshmallow import ValidationError, fields, validate

from domain.accounts.roles import READERS
from domain.store.key_store import record_ids
from projections.changes.change_log import MOST, TYPES, ChangeLog
from web.api.api_query import Answer, Query, Whole
from web.api.resources import Resource
from web.gate.change_cursors import HASH, ChangeCursors, WrongCursor
from web.gate.cloud_events import event, source_of
from web.services import current_cases, following_read_model
from web.site import access_control

NOW = "now"
"""What ``after`` says to begin with what is stored from now on."""

PUT_BACK = (
    "The record is not the one any more that this position is of: it was put back from a backup. Read from the beginning, without "
    "`after`."
)

CURSOR = "^(now|[A-Za-z0-9_-]{40,80})$"

blueprint = Resource(
    "changes",
    tag="Changes",
    description="What was stored on cases, in order, as CloudEvents 1.0: references and times, no name and no text. A webhook "
    "gives the same.",
    purpose="supervision",
)


def _known_types(said: str) -> None:
    wrong = [name for name in said.split(",") if name not in TYPES]
    if wrong:
        raise ValidationError(
            f"There is no type '{wrong[0]}' that is told; write names of types of entry of a case, with commas between."
        )


class ChangesQuery(Query):
    """From where on changes are told, how many, and of which types."""

    after = fields.String(
        validate=validate.Regexp(CURSOR, error="It must be a position that an event or a page gave you, or 'now'."),
        metadata={
            "description": "Tell what was stored after this: the `position` of an event, or the `next` of a page. Without it, from "
            "the beginning of the record. `now`: nothing that is stored already; go on from the `next` of the answer.",
            "pattern": CURSOR,
            "example": NOW,
        },
    )
    limit = Whole(
        1,
        MOST,
        load_default=100,
        metadata={"description": f"Events of a page, at most; from 1 to {MOST}.", "example": 100},
    )
    types = fields.String(
        validate=_known_types,
        metadata={
            "description": "Only entries of these types, with commas between. Default: all types.",
            "pattern": f"^({'|'.join(TYPES)})(,({'|'.join(TYPES)}))*$",
            "example": "RiskLevelChanged,EntryCorrected",
        },
    )


class ChangeDataSchema(Answer):
    """What was stored: references and times."""

    case = fields.String(required=True, metadata={"description": "The reference of the case.", "example": "X123456/1"})
    entry = fields.String(required=True, metadata={"description": "The id of the entry on that case."})
    type = fields.String(
        required=True, metadata={"description": "The type of the entry.", "example": "RiskLevelChanged"}
    )
    about = fields.String(metadata={"description": "The entry of the case that it corrects, withdraws or speaks of."})
    occurred_on = fields.String(
        required=True, metadata={"description": "The day on which it happened.", "format": "date"}
    )
    recorded_at = fields.String(required=True, metadata={"description": "When it was recorded.", "format": "date-time"})
    stored_at = fields.String(
        required=True, metadata={"description": "When it was stored here.", "format": "date-time"}
    )


class ChangeEventSchema(Answer):
    """A CloudEvent 1.0 (structured mode)."""

    specversion = fields.String(
        required=True, validate=validate.OneOf(("1.0",)), metadata={"description": "Of CloudEvents."}
    )
    id = fields.String(
        required=True,
        metadata={
            "description": "Tells events of one `source` apart, and is the same whenever it is told.",
            "example": "X123456/1#0014",
        },
    )
    source = fields.String(required=True, metadata={"description": "The record.", "format": "uri-reference"})
    type = fields.String(required=True, metadata={"description": "The kind of event, with the version of its data."})
    subject = fields.String(required=True, metadata={"description": "The reference of the case."})
    time = fields.String(required=True, metadata={"description": "When it was stored here.", "format": "date-time"})
    datacontenttype = fields.String(required=True, metadata={"description": "`application/json`."})
    position = fields.String(
        required=True,
        metadata={"description": "Where it stands in your log of changes: for `after`. It says nothing else."},
    )
    data = fields.Nested(ChangeDataSchema, required=True)


class ChangesSchema(Answer):
    """A page of the log of changes."""

    events = fields.List(
        fields.Nested(ChangeEventSchema), required=True, metadata={"description": "In the order of storing."}
    )
    next = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "For `after` of the next request; null: there is nothing yet, ask again as before. It is the same until "
            "something within your reach is stored."
        },
    )
    more = fields.Boolean(required=True, metadata={"description": "Whether the next page has events already."})
    link = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The address of the next page; null as `next`.", "format": "uri-reference"},
    )


@blueprint.one("/changes", "listChanges", ChangesSchema, roles=READERS, query=ChangesQuery, read="undated")
@blueprint.alt_response(410, "GONE")
def list_changes(query: dict[str, Any]) -> dict[str, Any]:
    """The log of changes.

    What was stored on the cases that you answer for today, in order, as events with references alone. Cases whose access is
    limited, persons who were erased, and what is recorded for an inspection are left out. 410 where the record is not the one any
    more that `after` is of: it was put back from a backup; read from the beginning. An event says that there is something to read,
    and may come twice: tell them apart by `id`.
    """
    account, cursors = access_control.account(), ChangeCursors(access_control.register().key)
    log = _log()
    after = query.get("after", "")
    if after == NOW:
        hash_ = bytes.fromhex(log.record.hash_at(log.until) or "")
        return _page([], cursors.beginning(account.username, log.until, hash_), more=False)
    page = log.page(account, _position(cursors, log, after), query["limit"], _types(query))
    access_control.shown(*(change.case for change in page.changes))
    source = source_of(record_ids(current_cases.repository().files)[0])
    events = [event(change, source, cursors, account.username) for change in page.changes]
    return _page(events, events[-1]["position"] if events else after or None, more=page.more)


def _log() -> ChangeLog:
    """The log of changes as the record has it at this request."""
    views = following_read_model.views()
    selection = following_read_model.as_at(current_cases.today())
    return ChangeLog(views.stored, current_cases.repository(), selection, current_cases.limits())


def _types(query: dict[str, Any]) -> tuple[str, ...]:
    return tuple(query["types"].split(",")) if query.get("types") else ()


def _position(cursors: ChangeCursors, log: ChangeLog, after: str) -> int:
    """The position after which changes are told: that of a cursor of the reader's own."""
    if not after:
        return 0
    try:
        position, hash_ = cursors.opened(access_control.account().username, after)
    except WrongCursor as error:
        refuse(404, messages={"query": {"after": [str(error)]}})
    if bytes.fromhex(log.record.hash_at(position) or "")[:HASH] != hash_:
        refuse(410, messages={"query": {"after": [PUT_BACK]}})
    return position


def _page(events: list[dict[str, Any]], following: str | None, *, more: bool) -> dict[str, Any]:
    asked = {name: text for name, text in request.args.items() if name != "after"}
    link = None if following is None else f"{request.path}?{urlencode({**asked, 'after': following})}"
    return {"events": events, "next": following, "more": more, "link": link}
