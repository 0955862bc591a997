"""The operators' command line: one module a noun, gathered here."""

import click

from web.cli import auditing, files, inspecting, reporting, scoring, serving, users, views


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="caseaudit")
def main() -> None:
    """Probation case audit: every entry an event, every score as at any day, as known at any moment."""


for command in (
    *serving.COMMANDS, *files.COMMANDS, *auditing.COMMANDS, *scoring.COMMANDS, *reporting.COMMANDS,
    *inspecting.COMMANDS, *users.COMMANDS, *views.COMMANDS,
):  # fmt: skip
    main.add_command(command)
