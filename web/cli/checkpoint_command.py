"""The command ``checkpoint``: make a checkpoint of the record now, print it, and hand it over."""

from contextlib import closing
from pathlib import Path

import click

from domain.accounts.access_growth import AccessTree
from domain.accounts.access_log import AccessLog
from domain.proof.witness import NotHeard
from domain.store.checkpointing import EntriesLog, HeadedLog, Schedule, WitnessPlan, WrongSetting, plan_of_environment
from domain.store.witnessed import Witnessed
from web.cli import command_options
from web.site import system_clock


@click.command()
@click.option("--to", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="FOLDER",
              help="Keep it as a new file in this folder. Default: the witness that CASEAUDIT_WITNESS names.")  # fmt: skip
@click.option("--log", "shown", type=click.Choice(("entries", "access")), default="entries", show_default=True,
              help="Of which log a checkpoint is printed. Those of both are handed over.")  # fmt: skip
@command_options.database
def checkpoint(folder: Path | None, shown: str, database: str) -> None:
    """Print a checkpoint of the record as it is now, and hand it to a witness: a folder elsewhere, or an address.

    Whoever keeps it elsewhere can show that nothing older than it was changed since: caseaudit verify --checkpoint FILE.
    """
    with (
        closing(command_options.open_files(database)) as files,
        closing(AccessLog(command_options.database_at(database))) as access,
    ):
        logs: dict[str, HeadedLog] = {"entries": EntriesLog(files), "access": AccessTree(access, files)}
        try:
            click.echo(str(logs[shown].note()), nl=False)
            plan = plan_at(folder)
            if plan is None:
                click.echo(
                    "No witness is named: keep what was printed elsewhere, or name one with --to or CASEAUDIT_WITNESS.",
                    err=True,
                )
                return
            with closing(Witnessed(command_options.database_at(database).address)) as kept:
                for log in logs.values():
                    heard = plan.hand_over(log, kept, system_clock.now())
                    click.echo(f"Taken by {heard.where}", err=True)
        except NotHeard as error:
            raise click.ClickException(str(error)) from error


def plan_at(folder: Path | None) -> WitnessPlan | None:
    """The witness in a folder, else the one of the environment; a usage error where that cannot be used."""
    if folder is not None:
        return WitnessPlan(str(folder))
    try:
        return plan_of_environment()
    except WrongSetting as error:
        raise click.UsageError(str(error)) from error


def schedule_of(database: str) -> Schedule | None:
    """What hands checkpoints to the witness of the environment, for a process that goes on; None: none is named."""
    plan = plan_at(None)
    if plan is None:
        return None
    kept, files = command_options.database_at(database), command_options.open_files(database)
    return Schedule(plan, kept.address, files, system_clock.now, [AccessTree(AccessLog(kept), files)])


COMMANDS = [checkpoint]
