"""The command line ``caseaudit``. Running a command imports only the module that holds it."""

import errno
import gc
import os
import sys
from importlib import import_module
from typing import Any

import click

from domain import error_traces
from domain.accounts.access_lines import LogUnavailable
from domain.key_files import KeyUnusable
from domain.policy.cited_documents import PolicyError
from domain.store.database import NotPrepared
from web.cli import option_variables
from web.cli.logged_run import logged_run

COMMANDS = {
    "access": (
        "web.cli.access_commands",
        "The access log: ship its lines to somebody else, forget what was searched for in a month.",
    ),
    "backup": (
        "web.cli.backup_command",
        "Write a backup of the record as it is at one moment into a new file, while others go on writing.",
    ),
    "branch": (
        "web.cli.copy_commands",
        "Give a copy of a record a name of its own, since it goes on by itself: a test copy, or one put back from a backup.",
    ),
    "bundle": (
        "web.cli.bundle_command",
        "Write one case as it stood at a moment to a file that others check without caseaudit.",
    ),
    "case": (
        "web.cli.case_command",
        "One case as at a day, as known at a moment: its entries, what was due and when it was met, its answers.",
    ),
    "checkpoint": (
        "web.cli.checkpoint_command",
        "Print a checkpoint of the record as it is now, and hand it to a witness: a folder elsewhere, or an address.",
    ),
    "copy": (
        "web.cli.copy_commands",
        "Copy a record to another database: same entries, order, times, actors and hashes, and at the end the same root.",
    ),
    "dates": (
        "web.cli.dates_commands",
        "Dates of a sentence: the final third, a fixed-term recall, the handover from custody. Nothing is read or stored.",
    ),
    "demo": (
        "web.cli.serve_commands",
        "Load the two Gloucestershire samples, then serve the site, where one may be anybody without a password.",
    ),
    "deliver": (
        "web.cli.deliver_command",
        "Push changes to the registered destinations, for good. A second one of the same database stands by.",
    ),
    "destinations": (
        "web.cli.deliver_command",
        "Where what is pushed out of the building goes: list, show, stop, start. They are registered on the site, by two people.",
    ),
    "digest": (
        "web.cli.digest_command",
        "Send the weekly digests by mail: counts of what changed and a link, to each account that asked for one.",
    ),
    "disclose": (
        "web.cli.disclose_command",
        "Write a draft of what is disclosed to a person about themselves, as JSON and as a page: to be read and redacted first.",
    ),
    "due": (
        "web.cli.due_command",
        "What is overdue, what falls due, and what must be looked at, as the files stood on the day.",
    ),
    "erase": (
        "web.cli.forget_commands",
        "Destroy the keys of a person's names, dates of birth and texts: they never open again. Two people.",
    ),
    "export": (
        "web.cli.record_commands",
        "Write entries in the interchange form, one a line, to the standard output; or tables of many cases for analysts.",
    ),
    "follow": (
        "web.cli.read_model_commands",
        "Keep the views up with the record, for good. A second follower of the same database stands by.",
    ),
    "hold": (
        "web.cli.forget_commands",
        "Hold what is kept of a person: nothing of it is erased or redacted until the hold is lifted or its day is over.",
    ),
    "import": (
        "web.cli.import_command",
        "Import interchange files (NDJSON, one entry a line), folders of them, or one extract: a folder of CSV tables.",
    ),
    "keys": (
        "web.cli.keys_commands",
        "The key that signs the heads of the record, and the keys of persons: make, show, rotate, replace; move.",
    ),
    "migrate": (
        "web.cli.read_model_commands",
        "Prepare a database: make the tables that this version needs. Nothing that is stored changes.",
    ),
    "rebuild": (
        "web.cli.read_model_commands",
        "Make the views anew from the entries, beside the live ones, and put them in their place.",
    ),
    "redact": (
        "web.cli.forget_commands",
        "Destroy the key of one text, such as the note of an entry that names somebody else. Two people.",
    ),
    "policy": (
        "web.cli.policy_command",
        "Policy of one's own: folders laid over the one that ships (CASEAUDIT_POLICY).",
    ),
    "report": (
        "web.cli.report_command",
        "A report of compliance, or one of its measures, with its definition: the same figures as on the site.",
    ),
    "restore": (
        "web.cli.restore_command",
        "Restore the backup FILE into TO, a database that is not there yet: an SQLite file, or an empty database on PostgreSQL.",
    ),
    "sample": (
        "web.cli.sample_command",
        "Draw an inspection's sample again from its frame, and say whether it is the one on record.",
    ),
    "score": (
        "web.cli.score_commands",
        "The scoring sheet of an inspection's sample, or of all cases held on a day, by area, team or officer.",
    ),
    "serve": (
        "web.cli.serve_commands",
        "Serve the site. Accounts are made with `caseaudit users add`.",
    ),
    "sources": (
        "web.cli.sources_commands",
        "The sources that may import: add, list, take-over.",
    ),
    "standards": (
        "web.cli.standards_command",
        "The editions of the national standards; of one edition what it lays, what is not laid and what is only described.",
    ),
    "users": (
        "web.cli.users_commands",
        "Who may sign in to the site: add, list, change, password, recover.",
    ),
    "verify": (
        "web.cli.verify_command",
        "Prove that every stored entry is what was stored, and say what that shows.",
    ),
}
"""Command -> the module whose own ``COMMANDS`` holds it, and the first paragraph of its help."""


DATABASE = "caseaudit.database"
"""The key of a context's ``meta`` under which the database that a command has opened last is noted."""


class LateGroup(click.Group):
    """A group that lists its commands from ``COMMANDS``. The module of a command is imported when it is called."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, known, rest = super().resolve_command(ctx, args)
        return name, known and loaded(str(known.name)), rest

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what cannot be used or is damaged is said in words."""
        try:
            return super().invoke(ctx)
        except (KeyUnusable, NotPrepared, PolicyError) as error:
            raise click.UsageError(str(error)) from error
        except LogUnavailable as error:
            why = self._damage(ctx, error) or str(error)
            raise click.ClickException(f"{why}\nNothing is shown that the access log cannot note") from error
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if words := self._damage(ctx, error):
                raise click.ClickException(words) from error
            raise

    def _damage(self, ctx: click.Context, error: Exception) -> str | None:
        """What an error says of a damaged database, or of one that refuses a role something; None where it is of something else."""
        from domain.store.damage import words_of_damage, words_of_refusal

        return words_of_damage(error, ctx.meta.get(DATABASE)) or words_of_refusal(error)

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the command line; a file or an output that cannot be written or read is said in words, with exit code 1."""
        given = args[0] if args and args[0] is not None else extra.get("args") or sys.argv[1:]
        if any(not _is_text(one) for one in given):
            click.echo("Error: an argument is not text in UTF-8: type it anew, or set the terminal to UTF-8", err=True)
            sys.exit(2)
        try:
            return super().main(*args, **extra)
        except OSError as error:
            which = "" if error.filename is None else f": {error.filename}"
            said = (
                "the output cannot be written"
                if error.errno in (errno.ENOSPC, errno.EIO, errno.EBADF) and not which
                else ""
            )
            click.echo(f"Error: {f'{said}: ' if said else ''}{error.strerror or type(error).__name__}{which}", err=True)
            sys.exit(1)


def _is_text(argument: str) -> bool:
    """Whether an argument is whole characters; bytes that are none reach Python as halves of characters."""
    return not any("\ud800" <= character <= "\udfff" for character in argument)


def loaded(name: str) -> click.Command:
    """The command of this name. Imports its module."""
    commands: list[click.Command] = import_module(COMMANDS[name][0]).COMMANDS
    return option_variables.give(next(command for command in commands if command.name == name), name)


def _say_version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked and not ctx.resilient_parsing:
        from domain.built_from import version

        click.echo(f"caseaudit, version {version()}")
        ctx.exit()


@click.group(
    cls=LateGroup,
    commands=[click.Command(name, help=words) for name, (_, words) in COMMANDS.items()],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_say_version,
    help="Show the version and exit.",
)
def main() -> None:
    """Probation case audit: every entry an event, every score as at any day, as known at any moment."""


def run() -> None:
    """Run the command line as a process: the entry point of the installed script. What it makes is for its user only."""
    os.umask(0o077)
    error_traces.install()
    try:
        logged_run(main)
    finally:
        gc.freeze()  # no search for garbage at exit: it took a fifth of the time of a short call
