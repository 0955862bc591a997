"""Mail servers as destinations of the gate: the one that takes the weekly digests, named at the shell or by two people.

Whoever runs the machine names a mail server with ``caseaudit digest --to``; as everything at the shell, that holds at once and is
marked. It is then a destination like any other: on the page, stopped by one person, and closed to the command once stopped.
"""

from domain.accounts.account_register import AccountRegister
from domain.destinations.destination_rules import Destination, Wanted
from web.gate.gate import Gate, Shut
from web.site import system_clock

AT_SHELL = "operator: "
"""What stands before who named a mail server at the shell."""

PURPOSE = "weekly digests by mail"


def mail_destination(gate: Gate, address: str, *, operator: str) -> Destination:
    """The destination that this mail server is, registered now where there is none yet. ``Shut`` where it is stopped or over."""
    found = [
        one
        for one in gate.destinations.every()
        if one.wanted.kind == "mail" and one.wanted.address == address and one.is_ours
    ]
    for one in found:
        if one.state(system_clock.now(), system_clock.today()) in ("open", "waits"):
            return one
    if found:
        return gate.check_open(found[0].number)
    wanted = Wanted(kind="mail", address=address, subscriber="", types=(), purpose=PURPOSE, until=None)
    return gate.destinations.add(
        wanted,
        asked_by=f"{AT_SHELL}{operator}"[:200],
        confirmed_by="",
        request=0,
        at=system_clock.now(),
        position=0,
        hash_="",
    )


def registered_mail_server(register: AccountRegister) -> str:
    """The address of the one mail server that is registered and open. ``Shut`` where there is none, or several."""
    now, today = system_clock.now(), system_clock.today()
    found = [
        one.wanted.address
        for one in register.destinations.every()
        if one.wanted.kind == "mail" and one.state(now, today) in ("open", "waits")
    ]
    if len(found) != 1:
        several = f"{len(found)} mail servers are registered" if found else "no mail server is registered"
        raise Shut(f"{several}: name one with --to, or register one on the page Destinations")
    return found[0]
