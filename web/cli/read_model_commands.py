"""Commands on the read model: migrate, follow, rebuild."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from domain.accounts import access_growth
from domain.accounts.account_register import AccountRegister
from domain.store.application_role import UnfitRole, application_roles, grant_rights
from domain.store.birth_index import index_births
from domain.store.preparation import mend_late
from domain.store.witnessed import Witnessed
from projections.columns.column_files import NoRoom, UnreadableColumns
from projections.read_model.aside import Aside
from projections.read_model.case_writer import RowDifference
from projections.read_model.column_base import columns_folder
from projections.read_model.follow_loop import Following, Progress
from projections.read_model.follower import BATCH
from projections.read_model.rebuild import Busy, WorkerPool
from projections.read_model.verify_columns import newest_columns, unreadable, verify_columns
from projections.read_model.verify_views import verify as differences
from projections.read_model.view_reader import ReadModel
from projections.read_model.worker_pool import WorkFailed
from web.cli import command_log, command_options
from web.cli.checked_command import CheckedCommand
from web.cli.checkpoint_command import schedule_of
from web.cli.command_columns import maker_of, pool_of
from web.cli.command_read_model import open_read_model
from web.cli.copy_commands import seal
from web.cli.progress_bars import progress_of
from web.presentation.formatting import count_noun
from web.site import service_log, system_clock

if TYPE_CHECKING:
    from web.cli.follow_export import FollowedExport

MOST_PRINTED = 20
"""The most differences that are printed. The others are counted."""


@click.command()
@click.option(
    "--application-role", "role", metavar="ROLE",
    help="PostgreSQL: give this role the rights of the application, and no others.",
)  # fmt: skip
@click.option("--take-over-passwords", is_flag=True, help="Once, after updating from a version without a secret key: seal the"
              " passwords that it kept. Until then nobody signs in with them.")  # fmt: skip
@click.option("--seal", "sealing", nargs=2, metavar="FROM TO", help="Write a sealed log into TO, which is empty, from the record"
              " FROM, which keeps its texts in the clear; FROM stays as it is.")  # fmt: skip
@command_options.database
def migrate(role: str | None, take_over_passwords: bool, sealing: tuple[str, str] | None, database: str) -> None:
    """Prepare a database: make the tables that this version needs. Nothing that is stored changes.

    PostgreSQL needs it once before anything else, and again after an update; an SQLite file does it by itself. A role that
    was named once is given its rights again each time.
    """
    if sealing is not None:
        seal(*sealing)
        return
    with closing(command_options.open_files(database, make=True, prepare=True)) as files:
        if mended := mend_late(files.recorder):
            click.echo(
                f"The marks of entries stored late are made anew: those of {count_noun(mended, 'file')} were changed."
            )
        if index_births(files):
            click.echo("Cases are found by date of birth from now on.")
    address = command_options.database_at(database).address
    with closing(AccountRegister(address, prepare=True)) as register, closing(ReadModel(address, prepare=True)):
        Witnessed(address, prepare=True).close()
        if take_over_passwords:
            taken = register.take_over_passwords()
            click.echo(f"Passwords taken over: {', '.join(taken) or 'none'}")
    if command_options.database_at(database).kind == "postgresql":
        _grant(address, role)
    elif role:
        raise click.UsageError("--application-role: an SQLite file knows no roles")
    click.echo(f"{command_options.database_at(database)} is ready.")


def _grant(address: str, role: str | None) -> None:
    """Give the named role, and those that had it before, the rights of the application."""
    with closing(AccountRegister(address)) as register:
        try:
            for one in dict.fromkeys([*([role] if role else []), *application_roles(register.engine)]):
                for warning in grant_rights(register.engine, one):
                    click.echo(warning, err=True)
                click.echo(f"{one} has the rights of the application.")
        except UnfitRole as error:
            raise click.UsageError(f"--application-role: {error}") from error


processes_option = click.option(
    "--processes", type=click.IntRange(1, 256), metavar="N", help="Default: one for each processor."
)
dask_option = click.option(
    "--dask", "scheduler", metavar="ADDRESS", help="On a Dask cluster: its scheduler, like tcp://host:8786."
)


@click.command(cls=CheckedCommand)
@click.option("--batch", type=click.IntRange(1, 10_000), default=BATCH, show_default=True,
              help="Entries taken in with one transaction.")  # fmt: skip
@click.option(
    "--deliver",
    "delivers",
    is_flag=True,
    help="Push changes to the registered destinations besides, as `deliver` does.",
)
@processes_option
@dask_option
@click.option("--parquet", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
              help="For analysts: keep tables up in this folder; they read DIR/current.")  # fmt: skip
@click.option("--parquet-area", "areas", multiple=True, metavar="A", help="Only cases that this area ever held.")
@click.option("--parquet-every", "every", type=click.IntRange(1, 86_400), default=600, show_default=True, metavar="SECONDS",
              help="The least time between two refreshes of the tables.")  # fmt: skip
@click.option("--metrics", type=command_options.Address(), metavar="HOST:PORT",
              help="Answer /livez, /readyz, /info and /metrics there, like 127.0.0.1:9101.")  # fmt: skip
@command_options.database
def follow(
    batch: int, delivers: bool, processes: int | None, scheduler: str | None, parquet: Path | None, areas: tuple[str, ...],
    every: int, metrics: tuple[str, int] | None, database: str,
) -> None:  # fmt: skip
    """Keep the views up with the record, for good. A second follower of the same database stands by.

    It also makes the files of columns anew when much has changed, takes lines of the access log into its tree, and hands
    checkpoints to the witness. Where it is far behind,
    cases are derived by several processes or on a Dask cluster. SIGTERM or Ctrl-C ends it between two batches. It can be killed
    at any time: the next goes on where it was.
    """
    asked: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        asked.append(number)

    pool = pool_of(processes, scheduler)
    if scheduler and find_spec("distributed") is None:
        raise click.UsageError("--dask needs an extra package (distributed): pip install caseaudit[dask]")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    with closing(open_read_model(database)) as views:
        aside, witness, maker, progress = Aside(), Aside(), maker_of(views, pool), Progress()
        say = service_log.say
        if metrics is not None:
            from web.cli import follow_probes

            follow_probes.answer(views, progress, metrics)
        schedule = schedule_of(database)
        delivering = _delivering(database, lambda: bool(asked)) if delivers else None
        tables, exported = Aside(), _tables_of(views, database, parquet, areas, every, say)
        AccountRegister(
            command_options.database_at(database).address
        ).close()  # makes the access log, where there is none
        growing = access_growth.start(views.database.address, system_clock.now)

        def tend() -> None:
            aside.start(maker.tend)
            if exported is not None:
                tables.start(exported.tend)
            if schedule is not None:
                witness.start(schedule.tend)

        Following(views, lambda: bool(asked), say, batch, tend=tend, pool=pool, progress=progress).run()
        aside.close()
        witness.close()
        tables.close()
        growing.set()
        if delivering is not None:
            delivering.join()
        say(f"stopped at position {views.position:,}")


def _delivering(database: str, stop: Callable[[], bool]) -> threading.Thread:
    """Deliver on a thread of its own until ``stop()``."""
    from web.cli.deliver_command import EVERY, deliverer_of

    found = deliverer_of(database)

    def run() -> None:
        with closing(found):
            found.run(stop, EVERY)

    thread = threading.Thread(target=run, name="deliver", daemon=True)
    thread.start()
    return thread


def _tables_of(
    views: ReadModel,
    database: str,
    parquet: Path | None,
    areas: tuple[str, ...],
    every: int,
    say: Callable[[str], None],
) -> "FollowedExport | None":
    """What keeps the tables for analysts up; None where they were not asked for. Arrow is read only where they were."""
    if parquet is None:
        if areas:
            raise click.UsageError("--parquet-area is for --parquet")
        return None
    from web.cli.follow_export import followed_export

    return followed_export(views, database, parquet, areas, every, say)


@click.command()
@click.option(
    "--verify",
    is_flag=True,
    help="Change nothing: derive everything anew and hold it against the live views and columns.",
)
@processes_option
@dask_option
@command_options.database
def rebuild(verify: bool, processes: int | None, scheduler: str | None, database: str) -> None:
    """Make the views anew from the entries, beside the live ones, and put them in their place.

    The site stays up and shows the live views until the new ones are as far. Killed, it leaves them as they were.
    With --verify the exit code is 1 where the live views or the files of columns differ from what the entries say.
    """
    pool = pool_of(processes, scheduler)
    with closing(open_read_model(database)) as views:
        if verify:
            command_log.try_out(database)
        words = "Verifying cases" if verify else "Rebuilding cases"
        try:
            with progress_of(views.stored.number_of_files(), words) as bar:
                advance = partial(bar.advance, bar.task_ids[0])
                if verify:
                    sys.exit(_verify(views, pool, advance, partial(command_log.said, database)))
                cases = maker_of(views, pool).rebuild(advance)
        except ModuleNotFoundError as error:
            raise click.UsageError(
                f"--dask needs an extra package ({error.name}): pip install caseaudit[dask]"
            ) from error
        except NoRoom as error:
            raise click.ClickException(f"{error.strerror}. The views are made anew.") from error
        except OSError as error:
            if scheduler is None:
                raise click.ClickException(f"{error}\nWhat could not be written is as it was.") from error
            raise click.UsageError(f"--dask {scheduler}: no scheduler answers there ({error})") from error
        except (WorkFailed, Busy) as error:
            raise click.ClickException(f"{error}\nThe live views are as they were.") from error
        click.echo(f"{count_noun(cases, 'case')} rebuilt, at position {views.position:,}")


def _verify(
    views: ReadModel, pool: WorkerPool, advance: Callable[[int], None], say: Callable[[Sequence[str]], None]
) -> int:
    """Hold the live views and the newest files of columns against the entries. Returns the exit code: 1 where any differ."""
    differ = _print(differences(views, pool, advance), say)
    if not differ:
        click.echo("The live views say what the entries say.")
    try:
        columns = newest_columns(views, columns_folder(views.database))
    except UnreadableColumns as error:
        return _print(iter([unreadable(error)]), say)
    if columns is None:
        click.echo("There are no files of columns.")
    elif wrong := _print(verify_columns(views, columns, pool), say):
        return wrong
    else:
        click.echo(f"The columns say what the entries say, up to position {columns.position:,}.")
    return differ


def _print(found: Iterator[RowDifference], say: Callable[[Sequence[str]], None]) -> int:
    """Print the first differences and their number. Returns the exit code: 1 where there are any.

    ``say``: prints lines, once it is on the access log which cases they name.
    """
    first = [str(difference) for difference in islice(found, MOST_PRINTED)]
    differ = len(first) + sum(1 for _ in found)
    if first:
        say(first)
    if differ > MOST_PRINTED:
        click.echo(f"... and {differ - MOST_PRINTED:,} more")
    if differ:
        click.echo(count_noun(differ, "difference"))
    return min(differ, 1)


COMMANDS = [follow, migrate, rebuild]
