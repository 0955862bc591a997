"""The column store of a database, for commands that count over many cases; and the making of its files."""

import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from functools import partial

import click

from domain import error_traces
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array
from projections.columns.column_store import ColumnStore
from projections.history.moment import Moment
from projections.lists.known_names import UnknownName, require_place
from projections.read_model.column_base import columns_folder
from projections.read_model.column_keeper import ColumnKeeper, ColumnsNotMade
from projections.read_model.column_maker import ColumnMaker
from projections.read_model.follower import catch_up
from projections.read_model.rebuild import WorkerPool
from projections.read_model.view_reader import ReadModel
from projections.read_model.worker_pool import in_processes, on_dask
from web.site import service_log

MANY_BEHIND = 2_500
"""From so many entries on a site is started before they are taken in."""


def columns_of(views: ReadModel) -> ColumnStore:
    """The columns of this read model, up to its position. An error where another command must make them first."""
    try:
        return ColumnKeeper(views, columns_folder(views.database)).current()
    except ColumnsNotMade as error:
        raise click.ClickException(f"{error}. Nothing is lost: run it, then try again.") from error


def selection_of(views: ReadModel, at: Moment) -> CaseSelection:
    """The cases of this read model as at a moment. A usage error where the columns cannot hold its day."""
    selection = CaseSelection(columns_of(views), at)
    try:
        selection.check_day()
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    return selection


def cases_held(selection: CaseSelection, where: Mapping[str, str]) -> Array:
    """For each case whether it is held here on the day. ``where``: level of place -> its name; usage error: no such place."""
    check_places(selection.columns, where)
    return selection.select(**where)


def check_places(columns: ColumnStore, where: Mapping[str, str]) -> None:
    """A usage error where no case was ever held in one of these places. ``where``: level of place -> its name."""
    for level, name in where.items():
        try:
            require_place(level, name, columns.words["place"].values)
        except UnknownName as error:
            raise click.UsageError(f"--{level}: {error}") from error


def cases_taken(selection: CaseSelection, taken: str) -> Array:
    """For each case whether it is one of those taken: ``current``, ``ended`` or ``all`` that had begun by the day."""
    if taken == "all":
        return selection.there
    return selection.over if taken == "ended" else selection.there & ~selection.over


def pool_of(processes: int | None, scheduler: str | None) -> WorkerPool:
    """The pool of workers that ``--processes`` or ``--dask`` names; without either, a process for each processor."""
    if processes and scheduler:
        raise click.UsageError("--processes or --dask, not both")
    return partial(on_dask, scheduler) if scheduler else partial(in_processes, processes or os.cpu_count() or 1)


def maker_of(views: ReadModel, pool: WorkerPool | None = None) -> ColumnMaker:
    """What makes the files of this read model's columns."""
    return ColumnMaker(views, columns_folder(views.database), pool or pool_of(None, None), service_log.say)


def brought_up(views: ReadModel) -> subprocess.Popen[bytes] | None:
    """Bring tables and files up with the record before a site is served; a process that still does so where it takes long."""
    if views.lag().entries < MANY_BEHIND and not maker_of(views).needs_files():
        catch_up(views)
        return None
    command = "import sys; from web.cli.command_columns import bring_up; bring_up(sys.stdin.read())"
    process = subprocess.Popen([sys.executable, "-P", "-c", command], stdin=subprocess.PIPE)  # noqa: S603
    assert process.stdin is not None
    process.stdin.write(views.database.address.encode())  # not as an argument: it may hold a password
    process.stdin.close()
    return process


def bring_up(address: str) -> None:
    """Take everything into the tables, then make the files that are due. The whole of a process."""
    error_traces.install()
    service_log.set_up("site")
    with closing(ReadModel(address)) as views:
        catch_up(views)
        maker_of(views).tend()
