"""Opening the views for a command, up with the record."""

import click

from domain.store.database import NotPrepared
from projections.read_model.follower import catch_up
from projections.read_model.view_reader import ReadModel
from web.cli import command_options


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
    if head > position:
        from web.cli.progress_bars import progress_of

        with progress_of(head - position, "Taking entries into the views") as bar:
            catch_up(views, report_progress=lambda reached: bar.update(bar.task_ids[0], completed=reached - position))
    return views
