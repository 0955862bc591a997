"""The operators' command line: one module a noun, gathered here."""

import click

from web.cli import (
    case_command,
    read_model_commands,
    record_commands,
    report_command,
    sample_command,
    score_commands,
    serve_commands,
    users_commands,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="caseaudit")
def main() -> None:
    """Probation case audit: every entry an event, every score as at any day, as known at any moment."""


for command in (
    *serve_commands.COMMANDS, *record_commands.COMMANDS, *case_command.COMMANDS, *score_commands.COMMANDS, *report_command.COMMANDS,
    *sample_command.COMMANDS, *users_commands.COMMANDS, *read_model_commands.COMMANDS,
):  # fmt: skip
    main.add_command(command)
