"""ETags: who has an answer already is told so with 304, and that is a line of the access log like any answer."""

from hashlib import sha256
from http import HTTPStatus

from flask import request
from werkzeug.wrappers import Response

from web.site import access_control, clock

DESCRIBED = {
    "ETag": {
        "description": "The tag of this answer, of its reader's reach and of the day. Send it as If-None-Match.",
        "schema": {"type": "string"},
    },
    "Cache-Control": {
        "description": "`private, no-cache`: its reader alone may keep it, and asks each time whether it holds.",
        "schema": {"type": "string"},
    },
}

IF_NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "required": False,
    "schema": {"type": "string"},
    "description": "The ETag of an answer that you have. Where it still holds, the answer is 304 without a body.",
}


def tag(response: Response) -> Response:
    """Put its tag on an answer that was read; 304 where the request names it."""
    if request.method not in ("GET", "HEAD") or response.status_code != HTTPStatus.OK:
        return response  # the page of an outage asks the database nothing
    who = access_control.signed_in()
    if who is None:
        return response
    response.vary.update(("Cookie", "Authorization"))
    if response.is_streamed:
        return response
    if response.get_etag()[0] is not None:
        return _conditional(response)
    reach = repr(
        (who.username, who.role, who.places, who.place_level, who.rights, who.staff, who.inspections, clock.day())
    )
    response.set_etag(sha256(reach.encode() + b"\0" + response.get_data()).hexdigest()[:32])
    return _conditional(response)


def _conditional(response: Response) -> Response:
    """304 where the request has this answer already. ``If-Match`` is for what is sent: where something is read it says nothing."""
    asked = {name: value for name, value in request.environ.items() if name != "HTTP_IF_MATCH"}
    return response.make_conditional(asked)
