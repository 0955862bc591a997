"""Keeping the views: follow the record, make them anew, prove them."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from types import FrameType

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from domain.store.database import NotPrepared
from projections.columns.column_store import ColumnStore
from projections.read_model.column_keeper import ColumnKeeper, NotMade, columns_folder
from projections.read_model.follower import BATCH, Following, catch_up
from projections.read_model.rebuild import Busy, Crew
from projections.read_model.verify_views import ViewDifference
from projections.read_model.verify_views import verify as differences
from projections.read_model.view_reader import ReadModel
from projections.read_model.worker_pool import WorkFailed, in_processes, on_dask
from web.cli import command_options
from web.presentation.formatting import count_noun

SHOWN = 20
"""Differences that are printed; the others are counted."""


def progress_of(total: int, words: str) -> Progress:
    """A bar on the error stream; nothing where that is not a terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=console, disable=not console.is_terminal, transient=True)
    bar.add_task(words, total=total)
    return bar


def open_views(address: str) -> ReadModel:
    """The views of this database; a usage error where it isn't there or isn't prepared."""
    command_options.open_files(address).close()
    try:
        return ReadModel(command_options.database_at(address).address)
    except NotPrepared as error:
        raise click.UsageError(f"--database: {error}") from error


def up_to_date(address: str) -> ReadModel:
    """The views of this database once they have taken in what they had not yet; a usage error as for ``open_views``."""
    views = open_views(address)
    position, head = views.position, views.stored.head()
    with progress_of(head - position, "Taking entries into the views") as bar:
        catch_up(views, told=lambda reached: bar.update(bar.task_ids[0], completed=reached - position))
    return views


def columns_of(views: ReadModel) -> ColumnStore:
    """The columns of this record as far as the views go; a usage error where there are none yet and too many cases."""
    try:
        return ColumnKeeper(views, columns_folder(views.database)).current()
    except NotMade as error:
        raise click.UsageError(str(error)) from error


def keep_columns(views: ReadModel) -> None:
    """Make the files of columns anew, from which figures over many cases are read, if they are wanting."""
    keeper = ColumnKeeper(views, columns_folder(views.database))
    if keeper.wanting():
        keeper.make(partial(in_processes, os.cpu_count() or 1))


@click.command()
@click.option("--batch", type=click.IntRange(1, 10_000), default=BATCH, show_default=True,
              help="Entries taken in with one transaction.")  # fmt: skip
@command_options.database
def follow(batch: int, database: str) -> None:
    """Keep the views up with the record, for good. A second follower of the same database stands by.

    SIGTERM or Ctrl-C ends it between two batches. It can be killed at any time: the next goes on where it was.
    """
    asked: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        asked.append(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    with closing(open_views(database)) as views:
        keep = partial(keep_columns, views)
        Following(views, lambda: bool(asked), partial(click.echo, err=True), batch, at_rest=keep).run()
        click.echo(f"stopped at position {views.position:,}", err=True)


@click.command()
@click.option(
    "--verify", is_flag=True, help="Change nothing: derive everything anew and hold it against the live views."
)
@click.option("--processes", type=click.IntRange(1, 256), metavar="N", help="Default: one for each processor.")
@click.option("--dask", "scheduler", metavar="ADDRESS", help="On a Dask cluster: its scheduler, like tcp://host:8786.")
@command_options.database
def rebuild(verify: bool, processes: int | None, scheduler: str | None, database: str) -> None:
    """Make the views anew from the entries, beside the live ones, and put them in their place.

    The site stays up and shows the live views until the new ones are as far. Killed, it leaves them as they were.
    With --verify the exit code is 1 where the live views differ from what the entries say.
    """
    if processes and scheduler:
        raise click.UsageError("--processes or --dask, not both")
    crew: Crew = partial(on_dask, scheduler) if scheduler else partial(in_processes, processes or os.cpu_count() or 1)
    with closing(open_views(database)) as views:
        words = "Verifying cases" if verify else "Rebuilding cases"
        try:
            with progress_of(views.stored.beginnings(), words) as bar:
                told = partial(bar.advance, bar.task_ids[0])
                if verify:
                    sys.exit(_print(differences(views, crew, told)))
                cases = ColumnKeeper(views, columns_folder(views.database)).rebuild(crew, told)
        except ModuleNotFoundError as error:
            raise click.UsageError(
                f"--dask needs an extra package ({error.name}): pip install caseaudit[dask]"
            ) from error
        except OSError as error:
            if scheduler is None:
                raise
            raise click.UsageError(f"--dask {scheduler}: no scheduler answers there ({error})") from error
        except (WorkFailed, Busy) as error:
            raise click.ClickException(f"{error}\nThe live views are as they were.") from error
        click.echo(f"{count_noun(cases, 'case')} rebuilt, at position {views.position:,}")


def _print(found: Iterator[ViewDifference]) -> int:
    """The differences, the first of them in full; the exit code."""
    differ = 0
    for differ, difference in enumerate(found, 1):
        if differ <= SHOWN:
            click.echo(str(difference))
    if differ > SHOWN:
        click.echo(f"... and {differ - SHOWN:,} more")
    click.echo(f"{count_noun(differ, 'difference')}" if differ else "The live views say what the entries say.")
    return 1 if differ else 0


COMMANDS = [follow, rebuild]
