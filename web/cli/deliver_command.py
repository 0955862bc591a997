"""The commands ``deliver``, a service that pushes changes to destinations, and ``destinations``, which lists and stops them."""

import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from functools import partial
from types import FrameType

import click

from domain.accounts.access_lines import OPERATOR
from domain.accounts.account_register import AccountRegister
from domain.destinations.addresses import NotAllowed
from domain.destinations.destination_rules import Destination
from domain.destinations.destinations import NoSuchDestination
from domain.store.database import NotPrepared
from web.cli import command_log, command_options
from web.gate.deliverer import Deliverer
from web.gate.destination_words import state_words
from web.gate.gate_settings import GateSettings
from web.gate.starting import start_again
from web.gate.webhook_signatures import WebhookKey
from web.presentation.formatting import short_date
from web.site import system_clock

EVERY = 5.0
"""Seconds between two looks for something new."""


@click.command()
@click.option("--every", type=click.FloatRange(0.1, 3600), default=EVERY, show_default=True, metavar="SECONDS",
              help="How long to wait between two looks for something new.")  # fmt: skip
@click.option("--once", is_flag=True, help="Deliver what is due now, then end.")
@command_options.database
def deliver(every: float, once: bool, database: str) -> None:
    """Push changes to the registered destinations, for good. A second one of the same database stands by.

    Each delivery is a line of the access log before it leaves. What fails is tried again, after up to an hour; after a day of
    failures a destination is stopped. SIGTERM or Ctrl-C ends it once what is under way is done, within 20 seconds. It can be
    killed at any time: the next goes on where it was.
    """
    with closing(deliverer_of(database)) as found:
        if once:
            if not found.once():
                raise click.ClickException("another process delivers from this database; nothing was done")
            return
        asked: list[int] = []

        def stop(number: int, frame: FrameType | None) -> None:
            asked.append(number)

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        click.echo("delivering", err=True)
        found.run(lambda: bool(asked), every)
    click.echo("stopped", err=True)


def deliverer_of(database: str) -> Deliverer:
    """What delivers from this database. A usage error where it, or a setting of the gate, cannot be used."""
    command_options.open_files(database).close()
    try:
        settings = GateSettings.read()
        return Deliverer(command_options.database_at(database).address, settings, partial(click.echo, err=True))
    except (NotPrepared, NotAllowed) as error:
        raise click.UsageError(str(error)) from error


@click.group()
def destinations() -> None:
    """Where what is pushed out of the building goes: list, show, stop, start. They are registered on the site, by two people."""


@destinations.command("list")
@command_options.database
def list_(database: str) -> None:
    """Every destination, the latest first."""
    with _register(database) as register:
        for one in register.destinations.every():
            click.echo(_line(one))


@destinations.command()
@click.argument("number", type=int)
@command_options.database
def show(number: int, database: str) -> None:
    """One destination: what was registered, its public key, its last deliveries."""
    with _register(database) as register:
        found = _found(register, number)
        wanted = found.wanted
        click.echo(_line(found))
        click.echo(f"  for        {wanted.subscriber or 'accounts that asked for the digest'}: {wanted.purpose}")
        click.echo(f"  types      {', '.join(wanted.types) or 'all'}")
        click.echo(f"  registered {short_date(found.made_at.date())} by {found.asked_by}, "
                   f"{'confirmed by ' + found.confirmed_by if found.confirmed_by else 'alone'}")  # fmt: skip
        if wanted.kind == "webhook":
            click.echo(f"  key        {WebhookKey(register.key, number).public}")
        for one in register.destinations.deliveries(number, 20):
            click.echo(
                f"  {one.at:%Y-%m-%d %H:%M:%S}  {one.outcome:<9} {one.events:>4} changes, {one.cases:>4} cases  {one.said}"
            )


@destinations.command()
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why; it stands on the page.")
@command_options.database
def stop(number: int, reason: str, database: str) -> None:
    """Deliver nothing more to a destination."""
    _changed(database, number, f"stopped: {reason}", lambda register, now: register.destinations.stop(
        number, by=f"operator: {command_log.who_runs_it()}"[:200], at=now, reason=reason))  # fmt: skip


@destinations.command()
@click.argument("number", type=int)
@command_options.database
def start(number: int, database: str) -> None:
    """Deliver to a destination again that was stopped, from where it was."""
    _changed(database, number, "started again", lambda register, now: start_again(register, number))


def _changed(database: str, number: int, what: str, change: Callable[[AccountRegister, datetime], object]) -> None:
    with _register(database) as register:
        found = _found(register, number)
        now = system_clock.now()
        register.log.add(
            now, OPERATOR, "destination changed", route="destinations", purpose="operation",
            detail=f"destination {number} {what}; {command_log.who_runs_it()}",
        )  # fmt: skip
        change(register, now)
        click.echo(_line(_found(register, found.number)))


def _found(register: AccountRegister, number: int) -> Destination:
    try:
        return register.destinations.destination(number)
    except NoSuchDestination:
        raise click.UsageError(f"there is no destination {number}; see: caseaudit destinations list") from None


def _line(one: Destination) -> str:
    until = "" if one.wanted.until is None else f", until {short_date(one.wanted.until)}"
    return f"{one.number:>4}  {one.wanted.kind:<7} {one.wanted.address}  {state_words(one, system_clock.now())}{until}"


@contextmanager
def _register(database: str) -> Iterator[AccountRegister]:
    command_options.open_files(database).close()
    try:
        opened = AccountRegister(command_options.database_at(database).address)
    except NotPrepared as error:
        raise click.UsageError(f"--database: {error}") from error
    with closing(opened) as register:
        yield register


COMMANDS = [deliver, destinations]
