"""Options that several commands share: database, moment, framework, inspection, format; and opening the database."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from functools import partial, wraps
from pathlib import Path
from typing import Any

import click

from domain.error_traces import words_of
from domain.policy.frameworks.framework import Framework
from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, framework_names, frameworks
from domain.private_folder import open_ours
from domain.store.application import Files, StoringError
from domain.store.damage import words_of_damage, words_of_refusal
from domain.store.database import Database, NotPrepared, WrongAddress
from domain.store.hash_chain import BrokenChain
from domain.store.head_signing import UNSIGNED
from domain.store.record_keys import signing_state
from domain.store.sealer import KeysMissing
from projections.cases.case_repository import CaseRepository
from projections.history.history import end_of_day
from projections.history.moment import Moment
from projections.lists.known_names import UnknownName, require
from web.site import system_clock

DEFAULT_DATABASE = Path(click.get_app_dir("caseaudit")) / "caseaudit.sqlite"

Command = Callable[..., Any]

LEVELS = ("area", "division", "team", "officer")
"""The levels of places by which a command selects cases."""

database = click.option(
    "--database",
    envvar="CASEAUDIT_DATABASE",
    default=str(DEFAULT_DATABASE),
    metavar="URL",
    help="An SQLite file, or postgresql://USER:PASSWORD@HOST:PORT/NAME. Default: caseaudit.sqlite in your data folder.",
)


class NoDatabase(click.UsageError):
    """There is no database at this address yet."""


def database_at(address: str) -> Database:
    """The database of this address. A usage error where it cannot be an address."""
    try:
        found = Database.at(address)
    except WrongAddress as error:
        raise click.UsageError(f"--database: {error}") from error
    if (context := click.get_current_context(silent=True)) is not None:
        context.meta["caseaudit.database"] = found
    return found


def open_files(address: str, *, make: bool = False, prepare: bool = False) -> Files:
    """The files of this database. A usage error where it cannot be opened, or is missing and ``make`` is false."""
    database = database_at(address)
    if not make and database.missing:
        raise NoDatabase(f"there is no database {database} yet; `caseaudit demo` or `caseaudit import` makes it")
    try:
        files = Files.open((database if make else database.existing()).address, prepare=prepare)
    except NotPrepared as error:
        raise click.UsageError(f"--database: {error}") from error
    except Exception as error:
        if words := words_of_damage(error, database) or words_of_refusal(error):
            raise click.ClickException(words) from error
        raise click.UsageError(f"--database {database}: cannot be opened: {error}") from error
    _say_unsigned(files)
    with suppress(BrokenChain):  # the command itself says so, where that is what it is for
        _say_of_keys(files)
    return files


def _say_unsigned(files: Files) -> None:
    """Say, once a command, that the heads of the record are not signed, where they should be."""
    context = click.get_current_context(silent=True)
    said = {} if context is None else context.meta
    if "unsigned" not in said and (fault := signing_state(files).fault):
        said["unsigned"] = fault
        click.echo(f"Warning: {UNSIGNED.format(fault)}", err=True)


def _say_of_keys(files: Files) -> None:
    """At the end of a command that opened the keys of persons: that they are missing, or that some were there again."""
    context = click.get_current_context(silent=True)
    if context is not None:
        context.call_on_close(partial(_tell_of_keys, files))


def require_keys(files: Files) -> None:
    """``ClickException`` where texts are sealed and their keys are missing: for commands that hand texts on."""
    from domain.store.key_store import MissingKeys

    if files.seals and isinstance(files.keys, MissingKeys):
        raise click.ClickException(f"{files.keys.fault}. Nothing is written without the texts")


def _tell_of_keys(files: Files) -> None:
    keys = files.__dict__.get("keys")
    if keys is None:
        return
    from domain.store.key_store import MissingKeys

    if isinstance(keys, MissingKeys):
        click.echo(f"Warning: {keys.fault}. Names and texts read [sealed], and nothing is recorded on cases.", err=True)
    for crn in files.erased_again:
        click.echo(
            f"Warning: keys of {crn} were there again that had been destroyed; they were destroyed once more.", err=True
        )


def open_to_look(url: str) -> Files:
    """The files of this database, or an empty store in memory where there is none yet: nothing is made on disk."""
    try:
        return open_files(url)
    except NoDatabase:
        return Files.open("file:nothing?mode=memory&cache=shared")


@contextmanager
def storing(address: str) -> Iterator[None]:
    """Turn a failure to store (full disk, lost server, lock) into an error message of the command."""
    try:
        yield
    except KeysMissing as error:
        raise click.ClickException(f"{error}; nothing more was stored. Then run the same command again") from error
    except StoringError as error:
        raise click.ClickException(
            f"{database_at(address)}: {words_of(error)}; what was stored before is whole and stays. When that is mended, "
            "run the same command again: it goes on from there"
        ) from error


def write_output(option: str, path: Path, made: bytes) -> None:
    """Write what an option asked for into a file of the user's own. A usage error where it cannot be made."""
    try:
        with open(path, "wb", opener=open_ours) as stream:
            stream.write(made)
    except OSError as error:
        raise click.UsageError(f"{option}: {path} cannot be made ({error.strerror})") from error


class Day(click.ParamType[date]):
    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"'{value}' is not a day; write it as 2005-10-03", param, ctx)


class Address(click.ParamType[tuple[str, int]]):
    """A host and a port, like 127.0.0.1:9100 or [::1]:9100."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, int]:
        if isinstance(value, tuple):
            return value
        host, _, port = str(value).strip().rpartition(":")
        host = host.removeprefix("[").removesuffix("]")
        if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
            self.fail(f"'{value}' is not an address; write it as 127.0.0.1:9100", param, ctx)
        return host, int(port)


class SiteName(click.ParamType[str]):
    """The host of the site's address, without a scheme, a port or a path."""

    name = "host"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not NAME.fullmatch(str(value).lower()):
            self.fail(
                f"'{value}' is not the name of a host; write it as cases.example, without https:// and port", param, ctx
            )
        return str(value)


NAME = re.compile(r"\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9._-]{0,251}[a-z0-9])?")


class Instant(click.ParamType[Any]):
    """An instant with an offset, a day (its end), or ``hindsight`` (None)."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str) or value == "hindsight":
            return value
        try:
            if len(value) == 10:
                return end_of_day(date.fromisoformat(value))
            instant = datetime.fromisoformat(value)
        except (ValueError, OverflowError):
            instant = None
        if instant is None or instant.tzinfo is None:
            self.fail(f"'{value}' is not 'hindsight', a day or an instant like 2005-10-03T17:00:00+01:00", param, ctx)
        return instant


def past(instant: Any) -> datetime:
    """The instant of ``--extracted-at``. A usage error where it is no instant or lies in the future."""
    if not isinstance(instant, datetime):
        raise click.UsageError("--extracted-at: write an instant, like 2005-10-03T02:00:00+01:00")
    if instant > system_clock.now():
        raise click.UsageError(f"--extracted-at: {instant.isoformat()} is in the future")
    return instant


def moment(command: Command) -> Command:
    """Add ``--as-at`` and ``--known-at``."""
    command = click.option(
        "--known-at", type=Instant(), metavar="K|hindsight", help="As known then. Default: at the end of the as-at day."
    )(command)
    return click.option("--as-at", type=Day(), metavar="D", help="As at this day, like 2005-10-03. Default: today.")(
        command
    )


def read_moment(as_at: date | None, known_at: Any, *, received: bool = False) -> Moment:
    on = as_at or system_clock.today()
    if known_at == "hindsight":
        return Moment(on, None, received)
    try:
        return Moment(on, known_at or end_of_day(on), received)
    except OverflowError:
        raise click.UsageError(f"{on} lies beyond the calendar") from None


def places(command: Command) -> Command:
    """Add ``--area``, ``--division``, ``--team`` and ``--officer``; the command gets those that are given as ``where``."""

    @wraps(command)
    def with_places(**given: Any) -> Any:
        return command(where={level: name for level in LEVELS if (name := given.pop(level)) is not None}, **given)

    for level in reversed(LEVELS):
        words = f"Only cases held {'by this' if level == 'officer' else 'in this'} {level}."
        with_places = click.option(f"--{level}", metavar=level[0].upper(), help=words)(with_places)
    return with_places


received = click.option(
    "--received",
    is_flag=True,
    help="As received here: only what this service had stored by then, whenever it was recorded.",
)


def form(*forms: str) -> Callable[[Command], Command]:
    return click.option("--format", "form", type=click.Choice(forms), default=forms[0], show_default=True)


class _Frameworks(click.Choice[str]):
    """The ids of the frameworks, looked up when they are needed: what is wrong with policy hides no other fault."""

    case_sensitive = True

    def __init__(self) -> None:
        pass

    @property
    def choices(self) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(framework_names())


framework = click.option(
    "--framework",
    type=_Frameworks(),
    help=f"Default: the inspection's own, or {DEFAULT_FRAMEWORK}.",
)
inspection = click.option("--inspection", metavar="ID", help="Cases, sample date and knowledge from this inspection.")


def framework_of(book: CaseRepository, inspection: str | None, asked: str | None) -> Framework:
    """The framework asked for; without, the inspection's own, or the default one. By its own id it is the inspection's own."""
    own = book.inspections[inspection].framework if inspection else None
    if inspection is not None and asked in (None, own):
        return book.inspection(inspection).framework
    return frameworks()[asked or DEFAULT_FRAMEWORK]


def check_inspection(book: CaseRepository, name: str | None) -> None:
    if name in (damaged := book.damaged_inspections):
        raise click.UsageError(damaged[name].words)
    if name is not None:
        known_or_refused(f"There is no inspection called {name}", name, book.inspections)


def known_or_refused(said: str, name: str, known: Iterable[str]) -> None:
    """A usage error where a name is not among those known: ``said``, and what there is, the likest first."""
    try:
        require(said, name, known)
    except UnknownName as error:
        raise click.UsageError(str(error)) from error
