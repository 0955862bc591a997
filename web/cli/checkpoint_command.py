"""The command ``checkpoint``: make a checkpoint of the record now, print it, and hand it over."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import click

from domain.accounts.access_growth import AccessTree
from domain.accounts.access_log import AccessLog
from domain.proof.checkpoints import Checkpoint
from domain.proof.witness import NotHeard
from domain.store.checkpointing import EntriesLog, HeadedLog, Schedule, WitnessPlan, WrongSetting, plan_of_environment
from domain.store.hash_chain import BrokenChain
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
            notes = {name: log.note() for name, log in logs.items()}
        except (NotHeard, BrokenChain) as error:
            raise click.ClickException(str(error)) from error
        click.echo(str(notes[shown]), nl=False)
        plan = plan_at(folder)
        if plan is None:
            click.echo(
                "No witness is named: keep what was printed elsewhere, or name one with --to or CASEAUDIT_WITNESS.",
                err=True,
            )
            return
        begun = [logs[name] for name, note in notes.items() if name == "entries" or Checkpoint.read(note.text).size]
        _hand_over(plan, begun, command_options.database_at(database).address)


def _hand_over(plan: WitnessPlan, logs: Sequence[HeadedLog], address: str) -> None:
    """Hand the checkpoint of each log to the witness; an error once all were tried, where it did not take one."""
    failed = []
    with closing(Witnessed(address)) as kept:
        for log in logs:
            try:
                click.echo(f"Taken by {plan.hand_over(log, kept, system_clock.now()).where}", err=True)
            except NotHeard as error:
                failed.append(str(error))
    if failed:
        raise click.ClickException("; ".join(failed))


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
    kept, files = command_options.database_at(database).existing(), command_options.open_files(database)
    return Schedule(plan, kept.address, files, system_clock.now, [AccessTree(AccessLog(kept), files)])


COMMANDS = [checkpoint]
