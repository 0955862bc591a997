"""Opening the read model for a command, and bringing it up to date."""

import click

from domain.store.database import NotPrepared
from projections.read_model.follower import catch_up
from projections.read_model.view_reader import ReadModel
from web.cli import command_options


def open_read_model(address: str) -> ReadModel:
    """The read model of this database. A usage error where the database is missing or not prepared."""
    command_options.open_files(address).close()
    try:
        return ReadModel(command_options.database_at(address).existing().address)
    except NotPrepared as error:
        raise click.UsageError(f"--database: {error}") from error


def current_read_model(address: str) -> ReadModel:
    """The read model with every stored entry taken in, a progress bar beside it. Errors as ``open_read_model``."""
    views = open_read_model(address)
    position, head = views.position, views.stored.head()
    if head > position:
        from web.cli.progress_bars import progress_of

        with progress_of(head - position, "Taking entries into the views") as bar:
            catch_up(views, report_progress=lambda reached: bar.update(bar.task_ids[0], completed=reached - position))
    return views
