"""The column store of a database, for commands that count over many cases."""

import os
from functools import partial

import click

from projections.columns.case_selection import CaseSelection
from projections.columns.column_store import ColumnStore
from projections.history.moment import Moment
from projections.read_model.column_keeper import ColumnKeeper, ColumnsNotMade, columns_folder
from projections.read_model.view_reader import ReadModel
from projections.read_model.worker_pool import in_processes


def columns_of(views: ReadModel) -> ColumnStore:
    """The columns of this read model, up to its position. A usage error where they must be made first by another command."""
    try:
        return ColumnKeeper(views, columns_folder(views.database)).current()
    except ColumnsNotMade as error:
        raise click.UsageError(str(error)) from error


def selection_of(views: ReadModel, at: Moment) -> CaseSelection:
    """The cases of this read model as at a moment. A usage error where the columns cannot hold its day."""
    selection = CaseSelection(columns_of(views), at)
    try:
        selection.check_day()
    except ValueError as error:
        raise click.UsageError(f"--as-at: {error}") from error
    return selection


def make_missing_columns(views: ReadModel) -> None:
    """Make the files of columns, in several processes, if they are missing or out of date."""
    keeper = ColumnKeeper(views, columns_folder(views.database))
    if keeper.needs_new_files():
        keeper.make(partial(in_processes, os.cpu_count() or 1))
