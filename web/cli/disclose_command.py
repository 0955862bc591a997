"""The command ``disclose``: a draft of what is disclosed to a person about themselves."""

import json
from contextlib import closing
from pathlib import Path

import click

from domain.accounts.account_register import AccountRegister
from domain.private_folder import OUR_FOLDER, OURS
from domain.store.erasing import cases_of
from projections.cases.case_repository import CaseRepository
from projections.cases.disclosure_draft import draft, texts_to_check
from projections.exports.made_exports import exports_holding
from web.cli import command_log, command_options
from web.cli.forget_commands import Subject
from web.presentation.disclosure_document import as_html
from web.presentation.formatting import count_noun
from web.site import system_clock


@click.command()
@click.argument("crns", nargs=-1, required=True, type=Subject(), metavar="CRN...")
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), required=True, metavar="FOLDER",
              help="A folder that is not there yet, or empty.")  # fmt: skip
@command_options.database
def disclose(crns: tuple[str, ...], output: Path, database: str) -> None:
    """Write a draft of what is disclosed to a person about themselves, as JSON and as a page: to be read and redacted first.

    Every entry of all the files of these CRNs, with its texts. Staff are given by role and date, not by name; texts that may be
    about somebody else are marked.
    """
    if output.exists() and any(output.iterdir()):
        raise click.UsageError(f"--output: {output} is not empty")
    with closing(command_options.open_files(database)) as files:
        cases = [case for crn in crns for case in cases_of(files, crn)]
        if unknown := [crn for crn in crns if not cases_of(files, crn)]:
            raise click.UsageError(f"no case of {unknown[0]} is on record")
        command_options.require_keys(files)
        command_log.shows(database, cases, action="downloaded")
        with closing(AccountRegister(command_options.database_at(database).address)) as register:
            roles = {account.username: account.role for account in register.accounts()}
            lines = [line for crn in crns for line in register.log.lines(person=crn)]
        book = CaseRepository(files)
        exports = [one.words(system_clock.today()) for one in exports_holding(book, crns)]
        found = draft(book, crns, lines, roles, at=system_clock.now(), exports=exports)
    try:
        output.mkdir(mode=OUR_FOLDER, parents=True, exist_ok=True)
        _write(output / "draft.json", json.dumps(found, indent=2, ensure_ascii=False) + "\n")
        _write(output / "draft.html", as_html(found))
    except OSError as error:
        raise click.UsageError(f"--output {output}: {error.strerror}") from error
    marked = texts_to_check(found)
    click.echo(f"A draft of {count_noun(len(cases), 'case')} is in {output}.")
    click.echo("It is for a person to read and redact, not to hand over as it stands.")
    click.echo(f"{count_noun(marked, 'text')} may be about somebody else.")
    for held in found["exports"]:
        click.echo(f"Also in {held}")
    for crn in found["linked"]:
        click.echo(f"{crn} is linked and not in it: it is, or was once said to be, the same person's.")


def _write(path: Path, text: str) -> None:
    path.touch(mode=OURS)
    path.write_text(text, encoding="utf-8")


COMMANDS = [disclose]
