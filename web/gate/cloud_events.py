"""Changes of the record as CloudEvents 1.0: references and times, no name and no text; the same when pushed and when asked for."""

from typing import Any

from projections.changes.change_log import Change
from web.gate.change_cursors import ChangeCursors

BATCH = "application/cloudevents-batch+json; charset=utf-8"
"""The media type of several events as a JSON array (CloudEvents JSON Event Format, 4)."""

TYPE = "caseaudit.entry.{}.v1"
"""The type of an event: the entry's type, and the version of what ``data`` holds."""


def source_of(record: str) -> str:
    """The ``source`` of all events of a record, by its id."""
    return f"urn:caseaudit:record:{record}"


def event(change: Change, source: str, cursors: ChangeCursors, username: str) -> dict[str, Any]:
    """A change as an event for one subscriber. ``id`` is the same whenever and to whomever it is told."""
    data = {
        "case": change.case, "entry": change.entry, "type": change.type, "occurred_on": change.occurred_on.isoformat(),
        "recorded_at": change.recorded_at.isoformat(), "stored_at": change.stored_at.isoformat(),
    }  # fmt: skip
    if change.about is not None:
        data["about"] = change.about
    return {
        "specversion": "1.0", "id": f"{change.case}#{change.entry}", "source": source, "type": TYPE.format(change.type),
        "subject": change.case, "time": change.stored_at.isoformat(), "datacontenttype": "application/json",
        "position": cursors.sealed(username, change.position, change.hash), "data": data,
    }  # fmt: skip
