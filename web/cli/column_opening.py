"""The columns of a record, for commands that count over many cases."""

import os
from functools import partial

import click

from projections.columns.column_store import ColumnStore
from projections.read_model.column_keeper import ColumnKeeper, ColumnsNotMade, columns_folder
from projections.read_model.view_reader import ReadModel
from projections.read_model.worker_pool import in_processes


def columns_of(views: ReadModel) -> ColumnStore:
    """The columns of this record as far as the views go; a usage error where there are none yet and too many cases."""
    try:
        return ColumnKeeper(views, columns_folder(views.database)).current()
    except ColumnsNotMade as error:
        raise click.UsageError(str(error)) from error


def keep_columns(views: ReadModel) -> None:
    """Make the files of columns anew, from which figures over many cases are read, if they are wanting."""
    keeper = ColumnKeeper(views, columns_folder(views.database))
    if keeper.needs_new_files():
        keeper.make(partial(in_processes, os.cpu_count() or 1))
