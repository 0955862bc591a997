"""The form that registers a destination: what is asked, what is wrong with it, and what it says in words."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from domain.accounts.roles import Account
from domain.destinations.addresses import NotAllowed, check_address, secret_in, target_of
from domain.destinations.destination_rules import LONGEST_LIFE, Wanted
from domain.entries.tidy_text import words
from projections.changes.change_log import TYPES
from web.gate.gate_settings import GateSettings
from web.gate.mail_server import WrongServer, server_place
from web.gate.safe_connection import NotReached, checked_addresses
from web.presentation.formatting import long_date, sentence
from web.site.date_field import read_day

Problems = dict[str, str]

LONGEST_PURPOSE = 300
"""Characters of a purpose, at most."""


def subscribers(accounts: Iterable[Account], day: date) -> list[Account]:
    """The accounts for which a destination can be registered, by name."""
    return [one for one in accounts if one.gets_changes and one.is_open(day)]


def wanted_of(
    form: Mapping[str, str], types: list[str], accounts: Iterable[Account], day: date
) -> tuple[Wanted | None, Problems]:
    """What the form asks for; None where something in it is wrong, with the problems by field."""
    problems: Problems = {}
    kind = form.get("kind", "")
    address, subscriber = form.get("address", "").strip(), form.get("subscriber", "")
    purpose, until = words(form.get("purpose", "")), read_day(form.get("until", ""))
    if kind not in ("webhook", "mail"):
        problems["kind"] = "Choose what is sent"
    else:
        try:
            check_reachable(kind, address)
        except NotAllowed as error:
            problems["address"] = sentence(str(error))
    if kind != "mail" and subscriber not in {one.username for one in subscribers(accounts, day)}:
        problems["subscriber"] = "Choose the account within whose reach it gets changes"
    if wrong := [one for one in types if one not in TYPES]:
        problems["types"] = f"There is no type of entry “{wrong[0]}”"
    if not purpose or len(purpose) > LONGEST_PURPOSE:
        problems["purpose"] = f"Enter what it is for, in at most {LONGEST_PURPOSE} characters"
    if until is None or not day <= until <= day + LONGEST_LIFE:
        problems["until"] = f"Enter its last day, like 31/3/2027, at the latest {long_date(day + LONGEST_LIFE)}"
    if problems:
        return None, problems
    mail = kind == "mail"
    return Wanted(
        kind="mail" if mail else "webhook", address=address, subscriber="" if mail else subscriber,
        types=() if mail or len(types) == len(TYPES) else tuple(sorted(types)), purpose=purpose, until=until,
    ), {}  # fmt: skip


def check_reachable(kind: str, address: str) -> None:
    """``NotAllowed`` where an address is no destination of this kind, or its host leads to where nothing may be sent."""
    settings = GateSettings.read()
    if kind == "mail":
        try:
            host, port = server_place(address)
        except WrongServer as error:
            raise NotAllowed(str(error)) from error
    else:
        host, port, _ = target_of(address)
        if name := secret_in(address):
            why = "the address stands on the page and in the access log. The signature shows who sends"
            raise NotAllowed(f"leave out {name}=: {why}")
    try:
        checked_addresses(host, port, lambda one: check_address(one, settings.private))
    except NotReached as error:
        raise NotAllowed(f"{error}: check how it is spelt") from error


def destination_lines(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is asked for, line by line, for the person who confirms it."""
    wanted = Wanted.of(values)
    if wanted.kind == "mail":
        lines = [("Sends", "weekly digests: counts by team and a link, to accounts that asked for them")]
    else:
        lines = [
            ("Sends", f"references of entries: {', '.join(wanted.types) or 'of all types'}"),
            ("Within the reach of", wanted.subscriber),
        ]
    until = "" if wanted.until is None else long_date(wanted.until)
    replaces = values.get("replaces")
    more = [("Goes on from", f"destination {replaces}, which stops")] if replaces else []
    return [*lines, ("For", wanted.purpose), ("Last day", until), *more]
