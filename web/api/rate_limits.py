"""The place of rate limits: whoever counts requests is asked here, before each operation, and its answer is told in headers.

Counting is no part of this module. ``use`` hands in who counts; it must hold over all workers together.
"""

from collections.abc import Callable
from typing import NamedTuple

from flask import Flask, current_app, g, request
from werkzeug.wrappers import Response

from domain.accounts.roles import Account
from web.site import access_control, problems


class Allowance(NamedTuple):
    """What an account may still ask. ``left``: requests after this one, below 0 where this one is too many.

    ``seconds``: until there is room again.
    """

    limit: int
    left: int
    seconds: int


Limiter = Callable[[Account, str], Allowance | None]
"""Counts one request of an account to an endpoint. None: no limit holds for it."""

_PLACE = "api rate limits"


def use(app: Flask, limiter: Limiter) -> None:
    """Let ``limiter`` count the requests to the API of this app."""
    app.extensions[_PLACE] = limiter


def attach(app: Flask) -> None:
    """Ask before each request to the API. To be attached after access control, which says who somebody is."""
    app.before_request(_count)
    app.after_request(_tell)


def _count() -> Response | None:
    limiter: Limiter | None = current_app.extensions.get(_PLACE)
    who = access_control.signed_in() if limiter is not None and problems.asked_for() and request.endpoint else None
    if limiter is None or who is None:
        return None
    g.allowance = limiter(who, request.endpoint or "")
    if g.allowance is None or g.allowance.left >= 0:
        return None
    said = f"That is more than {g.allowance.limit} requests. Ask again in {g.allowance.seconds} seconds."
    return problems.problem(429, said, headers={"Retry-After": str(g.allowance.seconds)})


def _tell(response: Response) -> Response:
    allowance: Allowance | None = g.get("allowance")
    if allowance is not None:
        response.headers["RateLimit-Limit"] = str(allowance.limit)
        response.headers["RateLimit-Remaining"] = str(max(0, allowance.left))
        response.headers["RateLimit-Reset"] = str(allowance.seconds)
    return response
