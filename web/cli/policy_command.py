"""The commands ``policy check`` and ``policy schema``: a policy folder before it is laid over, and the language for editors."""

import json
import sys
from pathlib import Path
from typing import get_args

import click

from domain.policy.cited_documents import PolicyError
from domain.policy.policy_folders import Kind
from web.cli.policy_kept import kept
from web.cli.policy_try import try_


@click.group()
def policy() -> None:
    """Policy of one's own: folders laid over the one that ships (CASEAUDIT_POLICY)."""


@policy.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def check(folder: Path) -> None:
    """Hold every file of a folder against the language of policy: file, line, and what would be right."""
    from domain.policy.policy_check import check_policy

    try:
        checked, together = check_policy(folder)
    except PolicyError as error:
        raise click.UsageError(str(error)) from error
    for one in checked:
        said = "sound" if not one.faults else f"{len(one.faults)} fault{'s' if len(one.faults) > 1 else ''}"
        click.echo(f"{one.kind}/{one.path.name}: {said}")
        for fault in one.faults:
            click.echo(f"  {fault}", err=True)
    for fault in together:
        click.echo(f"together with what ships: {fault}", err=True)
    if not checked:
        click.echo(f"{folder}: there is no policy file in it; put YAML files into standards/ or frameworks/", err=True)
    if together or not checked or any(one.faults for one in checked):
        sys.exit(1)


@policy.command()
@click.argument("kind", type=click.Choice(get_args(Kind)))
def schema(kind: Kind) -> None:
    """Print the JSON Schema of a kind of policy file, for an editor."""
    from domain.policy.policy_json_schema import json_schema

    click.echo(json.dumps(json_schema(kind), indent=1))


policy.add_command(try_)
policy.add_command(kept)

COMMANDS = [policy]
