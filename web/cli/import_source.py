"""For whom a command imports: the source that it names, and whether whoever runs it may import for that."""

from contextlib import closing

import click

from domain.importing.imported_for import ImportedFor, Importer, MayNotImport, imported_for
from web.cli import command_log, command_options
from web.site import system_clock


def stored_for(database: str, source: str | None, *, ordinary: bool, from_mapping: bool = False) -> ImportedFor:
    """For whom this command imports. A usage error where the source is not registered or does not let this user import."""
    who = Importer(user=command_log.system_user(), operator=command_log.operator())
    with closing(command_options.open_to_look(database)) as files:
        try:
            return imported_for(
                files, source, who, system_clock.now(), ordinary=ordinary, from_mapping=from_mapping
            )  # fmt: skip
        except MayNotImport as error:
            raise click.UsageError(f"--source: {error}") from error
