"""Requests about cases that wait for the reader as the second person: limits of access, erasing, redacting."""

from typing import Final, NamedTuple

from domain.accounts.requests import Request
from web.services import current_cases
from web.site import access_control, clock, two_people

WORDS: Final = {
    "limit lifted": "Lift a limit of access to", "person erased": "Erase the names and texts of",
    "text redacted": "Redact a text of",
}  # fmt: skip
"""What is asked for, by the kind of a request about cases."""


class WaitingRequest(NamedTuple):
    """A request that the reader may confirm or refuse: its number, what is asked for, of which subject, and the request."""

    number: int
    words: str
    asked: Request


def waiting_requests() -> list[WaitingRequest]:
    """Those that are still open and about cases on which the reader may record today, the oldest first."""
    who, found = access_control.account(), list[WaitingRequest]()
    for one in access_control.register().requests.still_open(clock.now()):
        if one.kind in WORDS and one.cases and two_people.may_be_confirmed(one, who) and _theirs(one):
            access_control.shown(*one.cases)
            found.append(WaitingRequest(one.number, f"{WORDS[one.kind]} {one.subject}", one))
    return sorted(found, key=lambda one: one.number)


def _theirs(one: Request) -> bool:
    return all(current_cases.is_open(case) and current_cases.may_record(case) for case in one.cases)
