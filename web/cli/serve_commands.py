"""The commands ``serve`` and ``demo``: run the site. ``demo`` loads the two Gloucestershire samples first."""

import os
import sys
import tempfile
from contextlib import closing
from datetime import date
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from domain.accounts.account_register import AccountRegister
from domain.accounts.roles import PEOPLE, SECOND_FACTOR
from domain.aggregates.inspection import Inspection
from domain.aggregates.kept_policy import fields_of
from domain.calendar.london_time import day_of
from domain.entries.code_lists import HeldBy
from projections.cases.case_repository import CaseRepository
from web.cli import command_options
from web.cli.checked_command import CheckedCommand
from web.cli.command_columns import brought_up
from web.cli.command_read_model import current_read_model, open_read_model
from web.cli.import_command import load
from web.presentation.formatting import count_noun
from web.site import service_log, system_clock

if TYPE_CHECKING:
    from web.cli.site_server import Running

port_option = click.option("--port", type=click.IntRange(1, 65535), default=5000, show_default=True)

OPEN_WARNING = (
    "Warning: --host {host} can be reached from other machines, and nothing in front of it encrypts: passwords, sessions and case "
    "files can be read and changed on the way. Put a proxy with TLS in front and use --behind-proxy, or leave --host out."
)


def is_loopback(host: str) -> bool:
    """Whether a site at this host is reached from its own machine only."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _serve(database: str, host: str, port: int, running: "Running | None" = None, **site: Any) -> None:
    from web.cli.site_server import Running, serve_site

    serve_site(database, host, port, running or Running(), **site)


KEY_WARNING = (
    "The secret key is another than the last time: sessions, second factors and passwords have ended. Put the old key back, or"
    " let people in again with: caseaudit users recover"
)
OLDER_WARNING = (
    "These accounts have passwords of an older version, and cannot sign in: {names}. If it is you who updates, run"
    " caseaudit migrate --take-over-passwords once; else somebody wrote them into the database."
)


class _Network(click.ParamType[str]):
    """A network address, or a network of them, such as 10.0.0.0/24."""

    name = "network"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return str(ip_network(value, strict=False))
        except ValueError:
            self.fail(f"'{value}' is no network address; write 10.0.0.5 or 10.0.0.0/24", param, ctx)


@click.command(cls=CheckedCommand)
@click.option("--host", default="127.0.0.1", show_default=True)
@port_option
@click.option(
    "--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes that answer requests."
)
@click.option(
    "--threads",
    type=click.IntRange(1, 64),
    default=4,
    show_default=True,
    help="Requests that each of them answers at once.",
)
@click.option("--max-requests", type=click.IntRange(min=0), default=10_000, show_default=True, metavar="N",
              help="A worker is replaced after so many requests, and up to a tenth more; 0: never.")  # fmt: skip
@click.option("--pool-size", type=click.IntRange(2, 100), metavar="N",
              help="Connections to the database that each pool of a worker has at most. Default: two for each thread.")  # fmt: skip
@click.option("--lock-timeout", type=click.IntRange(1, 60), default=2, show_default=True, metavar="SECONDS",
              help="How long a page waits for the lock of another.")  # fmt: skip
@click.option("--statement-timeout", type=click.IntRange(1, 600), default=30, show_default=True, metavar="SECONDS",
              help="How long a page waits for one statement (PostgreSQL).")  # fmt: skip
@click.option("--probes", type=command_options.Address(), metavar="HOST:PORT",
              help="Also answer /livez, /readyz, /info and /metrics there, like 127.0.0.1:9100, and nothing else.")  # fmt: skip
@click.option(
    "--behind-proxy", is_flag=True, help="A proxy in front ends TLS: trust its headers, cookies over HTTPS only."
)
@click.option("--trusted-proxy", "proxies", multiple=True, type=_Network(), metavar="CIDR",
              help="Where that proxy is, such as 10.0.0.5; again for more. Default: this machine.")  # fmt: skip
@click.option("--site-name", "names", multiple=True, type=command_options.SiteName(), metavar="HOST",
              help="The host of the site's address; again for more. Default: localhost. Others are refused.")  # fmt: skip
@click.option("--second-factor", "factor", multiple=True, type=click.Choice((*PEOPLE, "nobody")), default=SECOND_FACTOR,
              show_default=True, help="A role that must have a second factor; again for more.")  # fmt: skip
@click.option(
    "--inspectorate", is_flag=True, help="An inspectorate runs this installation: inspections are confidential."
)
@command_options.database
def serve(
    host: str, port: int, workers: int, threads: int, max_requests: int, pool_size: int | None, lock_timeout: int,
    statement_timeout: int, probes: tuple[str, int] | None, behind_proxy: bool, proxies: tuple[str, ...], names: tuple[str, ...],
    factor: tuple[str, ...], inspectorate: bool, database: str,
) -> None:  # fmt: skip
    """Serve the site. Accounts are made with `caseaudit users add`.

    Pages keep the views up by themselves; where much is stored, `caseaudit follow` beside the site does it better.
    """
    from web.cli.site_server import Running

    if not behind_proxy and not is_loopback(host):
        service_log.say(OPEN_WARNING.format(host=host), warns=True)
    with closing(open_read_model(database)) as views:
        process = brought_up(views)
    if process is not None:
        service_log.say("Lists and counts are being made: until they are, their pages say so.")
    _warn_of_sign_ins(database)
    own = os.getpid()
    running = Running(workers, threads, max_requests, lock_timeout, statement_timeout, pool_size, probes)
    try:
        _serve(
            database, host, port, running, behind_proxy=behind_proxy, trusted_proxies=proxies, site_names=names,
            second_factor=[role for role in factor if role != "nobody"], held_by=_held_by(inspectorate),
        )  # fmt: skip
    finally:
        if process is not None and os.getpid() == own:  # not where one of the site's workers ends
            process.terminate()


def _warn_of_sign_ins(database: str) -> None:
    """Say why people cannot sign in: another secret key, or passwords of a version that had none."""
    with closing(AccountRegister(command_options.database_at(database).address)) as register:
        if register.key_changed():
            service_log.say(KEY_WARNING, warns=True)
        for username, fault in register.differences().items():
            words = "signs nobody in, as its row is not what was stored; caseaudit users list names it"
            service_log.say(
                f"The account {username} signs nobody in: {fault}", warns=True, logged=f"An account {words}"
            )
        if older := register.older_passwords():
            said = OLDER_WARNING.format(names=", ".join(older)), OLDER_WARNING.format(names=len(older))
            service_log.say(said[0], warns=True, logged=said[1])


@click.command(cls=CheckedCommand)
@port_option
@click.option("--no-serve", is_flag=True, help="Load the samples and stop.")
@click.option("--files", type=click.Path(file_okay=False, path_type=Path), metavar="FOLDER",
              help="Keep the samples' interchange files in this folder.")  # fmt: skip
@click.option(
    "--today", type=command_options.Day(), metavar="D", help="What day it is there. Default: the last of its record."
)
@click.option("--samples-only", is_flag=True, help="Load the samples alone, and no appointments in a diary.")
@click.option(
    "--inspectorate", is_flag=True, help="As on an inspectorate's installation: inspections are confidential."
)
@click.option("--second", is_flag=True, help="A delivery unit inspected in 2024 instead, in a database of its own.")
@command_options.database
@click.pass_context
def demo(
    context: click.Context, port: int, no_serve: bool, files: Path | None, today: date | None, samples_only: bool,
    inspectorate: bool, second: bool, database: str,
) -> None:  # fmt: skip
    """Load the two Gloucestershire samples, then serve the site, where one may be anybody without a password.

    The samples are the inspections gloucestershire-2004 and gloucestershire-2005. A few appointments about the last day of their
    record are loaded with them, so that a case manager's diary is not empty; no figure of the samples rests on these. Loading
    them again changes nothing. A database that holds anything else is refused. --second loads an invented delivery unit of 2024
    with its inspection instead, as on an inspectorate's installation.
    """
    from web.demo.demo_accounts import STAFF, add_staff
    from web.demo.demo_mark import ACTOR
    from web.demo.unit_2024.unit_inspection import ERRATUM
    from web.demo.unit_2024.unit_people import STAFF as UNIT_STAFF
    from web.inspections.publish_samples import publish_samples, publish_unit

    if second and context.get_parameter_source("database") is click.core.ParameterSource.DEFAULT:
        database = str(SECOND_DATABASE)
    with tempfile.TemporaryDirectory() as folder:
        samples, more = _demonstration(files or Path(folder), database, second, samples_only)
        _claim(database, samples)
        _check_other(database, second)
        report = load(database, [*samples, *more], actor=ACTOR)
    for rejected in report.rejected:
        click.echo(str(rejected), err=True)
    click.echo(f"{count_noun(report.stored, 'entry', 'entries')} stored, {report.already:,} already there")
    if report.rejected:
        sys.exit(1)
    with closing(command_options.open_files(database)) as stored:
        (publish_unit if second else publish_samples)(stored, system_clock.now())
    with closing(AccountRegister(command_options.database_at(database).address)) as register:
        add_staff(register, system_clock.now(), UNIT_STAFF if second else STAFF)
        _ = register.key  # where there is none to use, the command says so, and not a worker of the site
    current_read_model(database).close()
    if not no_serve:
        day = today or (ERRATUM if second else _last_day(database))
        held_by = _held_by(inspectorate or second)
        _serve(database, "127.0.0.1", port, demo=True, today=lambda: day, held_by=held_by)


SECOND_DATABASE = command_options.DEFAULT_DATABASE.with_name("second-demonstration.sqlite")
"""Where the second demonstration lies, unless a database is named."""


def _demonstration(folder: Path, database: str, second: bool, samples_only: bool) -> tuple[list[Path], list[Path]]:
    """The files of a demonstration, made in this folder: those on which figures rest, and the others.

    Where it was loaded before, its inspection is frozen with the texts of policy of then, whatever is in force now.
    """
    from web.demo import diary_week, write_samples
    from web.demo.unit_2024 import write_unit

    if second:
        return [write_unit(folder, _frozen_with(database))], []
    return write_samples(folder), [] if samples_only else [diary_week.write_week(folder)]


def _frozen_with(database: str) -> list[dict[str, Any]] | None:
    """The texts of policy with which the second demonstration was frozen in this database; None: it is not there."""
    from web.demo.unit_2024.unit_inspection import NAME

    if command_options.database_at(database).missing:
        return None
    with closing(command_options.open_files(database)) as files:
        texts = Inspection.of(files.read(NAME).entries.values()).policy.frozen
    return None if texts is None else fields_of(texts)


def _check_other(database: str, second: bool) -> None:
    """A usage error where the database holds the other demonstration."""
    from web.demo.published_findings import ORIGINAL
    from web.demo.unit_2024.unit_inspection import NAME

    other = ORIGINAL.inspection if second else NAME
    with closing(command_options.open_files(database)) as files:
        if files.read(other).first_entry is not None:
            raise click.UsageError(
                f"{command_options.database_at(database)} holds the other demonstration ({other}); name another one with --database"
            )


def _held_by(inspectorate: bool) -> HeldBy:
    """Who runs the installation; a usage error where the environment says what it cannot."""
    from web.site.installation import WrongInstallation, of_environment

    try:
        return "inspectorate" if inspectorate else of_environment()
    except WrongInstallation as error:
        raise click.UsageError(str(error)) from error


def _claim(database: str, samples: list[Path]) -> None:
    """A usage error unless the database is empty, or one that the demonstration made."""
    from web.demo.demo_mark import NotOurs, claim, take_over

    with (
        closing(command_options.open_files(database, make=True)) as files,
        closing(AccountRegister(command_options.database_at(database).address)) as register,
    ):
        try:
            claim(files, register, samples, system_clock.now())
            take_over(files, system_clock.now())
        except NotOurs as error:
            raise click.UsageError(
                f"{command_options.database_at(database)} was not made by `caseaudit demo`: {error}. The demonstration asks "
                "for no password and invents people, so it leaves other records alone; name a new file with --database"
            ) from error


def _last_day(database: str) -> date:
    """The day on which the record of this database ends."""
    book = CaseRepository(command_options.open_files(database))
    book.catch_up()
    assert book.last_recorded_at is not None
    last = day_of(book.last_recorded_at)
    book.files.close()
    return last


COMMANDS = [demo, serve]
