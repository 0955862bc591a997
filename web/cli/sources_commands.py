"""The command ``sources``: which sources may import, how late is normal for each, and what is taken over."""

from contextlib import closing
from datetime import date, datetime
from typing import Any

import click

from domain.accounts.access_lines import OPERATOR
from domain.accounts.account_register import AccountRegister
from domain.accounts.account_rules import unknown_names
from domain.entries.register_entries import MOST_DELAY, RegisterEntry, SourceRegistered, TakingOverClosed
from domain.store.application import Files
from domain.store.sources import NotDeclared, Source, check_declared, file_of, registered_sources, source_named
from domain.store.stored_by import StoredBy
from web.cli import command_log, command_options
from web.presentation.formatting import short_date
from web.site import system_clock


@click.group()
def sources() -> None:
    """The sources that may import: add, list, take-over."""


@sources.command()
@click.argument("name")
@click.option(
    "--user",
    "users",
    multiple=True,
    metavar="USER",
    help="A user of this system who may import for it at the shell; again for more.",
)
@click.option(
    "--account",
    "accounts",
    multiple=True,
    metavar="NAME",
    help="An account that may import for it on the site; again for more.",
)
@click.option(
    "--area", "areas", multiple=True, metavar="AREA", help="An area that it gives; again for more. Default: all."
)
@click.option("--normal-delay", type=click.IntRange(0, MOST_DELAY), default=7, show_default=True, metavar="DAYS",
              help="How many days after its recording an entry normally is here.")  # fmt: skip
@command_options.database
def add(
    name: str, users: tuple[str, ...], accounts: tuple[str, ...], areas: tuple[str, ...], normal_delay: int, database: str
) -> None:  # fmt: skip
    """Register a source, or say anew what holds for one. Without --user and --account nobody may import for it."""
    with closing(command_options.open_files(database, make=True)) as files, _register(database) as register:
        if wrong := unknown_names(accounts, register.accounts()):
            raise click.UsageError(f"--account: there is no account '{wrong[0]}'")
        now = system_clock.now()
        said = SourceRegistered(
            at=now, users=list(users), accounts=list(accounts), areas=list(areas), normal_delay=normal_delay
        )
        _enter(files, name, said)
        register.log.add(now, OPERATOR, "source changed", detail=f"{name}: registered")
    click.echo(f"{name} is registered: {_words(Source(name, said), now)}")


@sources.command("list")
@command_options.database
def list_(database: str) -> None:
    """The registered sources."""
    with closing(command_options.open_files(database)) as files:
        for source in registered_sources(files):
            click.echo(f"{source.name:<20} {_words(source, system_clock.now())}")


@sources.command("take-over")
@click.argument("name")
@click.option(
    "--cut-over",
    type=command_options.Day(),
    metavar="DAY",
    help="What was recorded before this day is taken over; from it on lateness counts.",
)
@click.option(
    "--area", "areas", multiple=True, metavar="AREA", help="An area taken over; again for more. Default: all."
)
@click.option("--close", is_flag=True, help="The first load is complete: what comes from now on may be late.")  # fmt: skip
@command_options.database
def take_over(name: str, cut_over: date | None, areas: tuple[str, ...], close: bool, database: str) -> None:
    """Declare that the first load of a source is taken over, or close that.

    It takes effect at once, and is marked as done alone until somebody confirms it on the site.
    """
    if close == (cut_over is not None):
        raise click.UsageError("name the day with --cut-over, or --close what was declared")
    now = system_clock.now()
    with closing(command_options.open_files(database)) as files, _register(database) as register:
        source = _found(files, name)
        if cut_over is None:
            _close(files, register, source, now)
            return
        try:
            said = check_declared(source, cut_over, areas, at=now, asked_by=OPERATOR.username, confirmed_by=None)
        except NotDeclared as error:
            raise click.UsageError(str(error)) from error
        _enter(files, name, said)
        register.requests.ask(
            "taking over", name, {"cut_over": cut_over.isoformat(), "areas": list(areas)}, reason="at the shell",
            by=OPERATOR.username, at=now, alone=True,
        )  # fmt: skip
        register.log.add(now, OPERATOR, "source changed", detail=f"{name}: taking over, cut-over {cut_over}")
    click.echo(f"{name} is taken over: what was recorded before {short_date(cut_over)} is not late. Declared alone, until "
               "somebody confirms it on the page Requests")  # fmt: skip


def _close(files: Files, register: AccountRegister, source: Source, now: datetime) -> None:
    if source.taking_over(now) is None:
        raise click.UsageError(f"nothing of {source.name} is being taken over now")
    _enter(files, source.name, TakingOverClosed(at=now))
    register.log.add(now, OPERATOR, "source changed", detail=f"{source.name}: taking over closed")
    click.echo(f"the taking over of {source.name} is closed")


def _words(source: Source, now: datetime) -> str:
    """A registered source in a line."""
    said = source.registered
    assert said is not None
    taken = source.taking_over(now)
    alone = "" if taken is None or taken.confirmed_by else ", declared alone"
    parts = [
        f"{', '.join(said.areas) or 'all areas'}; up to {said.normal_delay} days are normal",
        f"imports by {', '.join([*said.users, *said.accounts]) or 'nobody'}",
        "" if taken is None else f"taking over {', '.join(taken.areas) or 'everything'} recorded before "
        f"{short_date(taken.cut_over)}{alone}",
    ]  # fmt: skip
    return "; ".join(filter(None, parts))


def _found(files: Files, name: str) -> Source:
    try:
        source = source_named(files, name)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if source.registered is None:
        known = ", ".join(one.name for one in registered_sources(files))
        raise click.UsageError(f"no source '{name}' is registered; there are: {known or 'none yet'}")
    return source


def _enter(files: Files, name: str, fact: RegisterEntry) -> None:
    try:
        files.enter(file_of(name), fact, actor=str(StoredBy(operator=command_log.operator())))
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _register(database: str) -> Any:
    """The register of accounts; ``LogUnavailable`` where what is done could not be noted."""
    command_log.try_out(database)
    return closing(AccountRegister(command_options.database_at(database).address))


COMMANDS = [sources]
