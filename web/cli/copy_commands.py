"""The commands ``copy`` and ``branch``: move a record to another database; let a copy go on under a name of its own."""

from contextlib import ExitStack, closing

import click

from domain.accounts.account_register import AccountRegister
from domain.store.application import Files
from domain.store.branching import branch as give_name
from domain.store.engines import Engine, engine_of
from domain.store.hash_chain import BrokenChain
from domain.store.log_reader import LogReader
from domain.store.record_copy import CopyDiffers, NotEmpty, check_empty, copy_record
from domain.store.record_keys import record_name
from domain.store.sealed_copy import NotSealable, seal_record
from domain.store.witnessed import Witnessed
from projections.read_model.view_reader import ReadModel
from web.cli import command_log, command_options
from web.cli.progress_bars import progress_of
from web.presentation.formatting import count_noun
from web.site import system_clock

NOT_COPIED = "The access log and sessions were not copied: keep the old database for its log. Lists are made anew from the entries."
OLD_MUST_GO = (
    "{} holds every name and text in the clear, and so do its backups, its write-ahead log and every copy: they must go. Keep its "
    "access log as long as you must. Make a signing key (caseaudit keys make), hand a checkpoint to the witness, and move the keys "
    "of persons (caseaudit keys move)."
)
BOTH_GO_ON = "Both are the same record now. If both go on, give one a name of its own: caseaudit branch"


@click.command()
@click.argument("from_", metavar="FROM")
@click.argument("to", metavar="TO")
def copy(from_: str, to: str) -> None:
    """Copy a record to another database: same entries, order, times, actors and hashes, and at the end the same root.

    FROM and TO are addresses as --database takes them. TO must hold nothing. Accounts, requests, keys of people and published files
    go along; the access log does not. Let nothing be stored in FROM meanwhile.
    """
    with ExitStack() as stack:
        source, target, engines = _opened(stack, from_, to)
        try:
            check_empty(target, engines[1])
            with progress_of(LogReader(source.recorder).head().frontier.size, "Copying") as bar:
                copied = copy_record(source, target, engines, lambda done: bar.update(bar.task_ids[0], completed=done))
        except NotEmpty as error:
            raise click.UsageError(f"{command_options.database_at(to)} is not empty: {error}") from error
        except (CopyDiffers, BrokenChain) as error:
            raise click.ClickException(str(error)) from error
    click.echo(f"{count_noun(copied.entries, 'entry', 'entries')} copied and proved; the root is {copied.root.hex()}")
    click.echo(f"{NOT_COPIED}\n{BOTH_GO_ON}", err=True)


def prepared(address: str) -> Files:
    """The files of the database to copy to, with all its tables."""
    files = command_options.open_files(address, make=True, prepare=True)
    full = command_options.database_at(address).address
    AccountRegister(full, prepare=True).close()
    ReadModel(full, prepare=True).close()
    Witnessed(full, prepare=True).close()
    return files


@click.command()
@click.option(
    "--reason", required=True, metavar="TEXT", help="Why this copy goes on by itself; the record keeps it for good."
)
@command_options.database
def branch(reason: str, database: str) -> None:
    """Give a copy of a record a name of its own, since it goes on by itself: a test copy, or one put back from a backup.

    An entry says where it branched. Checkpoints of the old name are no longer of this record, and its signing key signs it no
    more: make one with `caseaudit keys make`.
    """
    with closing(command_options.open_files(database)) as files:
        was = record_name(files)
        actor = f"operator ({command_log.who_runs_it()}: branch)"
        name = give_name(files, reason=reason, at=system_clock.now(), actor=actor)
    click.echo(f"This record is {name} from here on; until here it was {was}.")


def _opened(stack: ExitStack, from_: str, to: str) -> tuple[Files, Files, tuple[Engine, Engine]]:
    """The files of both databases, and engines for their other tables, until the stack is closed."""
    if command_options.database_at(from_).identity == command_options.database_at(to).identity:
        raise click.UsageError("FROM and TO are the same database")
    source = stack.enter_context(closing(command_options.open_files(from_)))
    target = stack.enter_context(closing(prepared(to)))
    engines = engine_of(command_options.database_at(from_)), engine_of(command_options.database_at(to))
    for engine in engines:
        stack.callback(engine.dispose)
    return source, target, engines


def seal(from_: str, to: str) -> None:
    """Write a sealed log from a record that keeps its texts in the clear."""
    with ExitStack() as stack:
        source, target, engines = _opened(stack, from_, to)
        actor = f"operator ({command_log.who_runs_it()}: migrate --seal)"
        try:
            check_empty(target, engines[1])
            with progress_of(LogReader(source.recorder).head().frontier.size, "Sealing") as bar:
                sealed = seal_record(
                    source, target, engines, actor, lambda done: bar.update(bar.task_ids[0], completed=done)
                )
        except NotEmpty as error:
            raise click.UsageError(f"{command_options.database_at(to)} is not empty: {error}") from error
        except (CopyDiffers, BrokenChain, NotSealable) as error:
            raise click.ClickException(str(error)) from error
        name = record_name(target)
    click.echo(f"{count_noun(sealed, 'entry', 'entries')} sealed and proved; the new record is {name}")
    click.echo(OLD_MUST_GO.format(command_options.database_at(from_)), err=True)


COMMANDS = [branch, copy]
