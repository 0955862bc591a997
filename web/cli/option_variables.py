"""The environment variable of every option: ``CASEAUDIT_``, the command and the option, as in ``CASEAUDIT_SERVE_PORT``."""

from collections.abc import Iterator, Sequence

import click


def give(command: click.Command, *path: str) -> click.Command:
    """Give each option of a command, and of the commands below it, its variable, and show it in the help; the command.

    An option that has one by itself (``CASEAUDIT_DATABASE``) keeps it. ``path``: the names by which the command is called.
    """
    for option in options_of(command):
        if option.envvar is None:
            option.envvar = variable(path, max(option.opts, key=len))
        option.show_envvar = True
    for name, below in getattr(command, "commands", {}).items():
        give(below, *path, name)
    return command


def options_of(command: click.Command) -> list[click.Option]:
    """The options of a command that have a variable: all but ``--help`` and ``--version``."""
    return [one for one in command.params if isinstance(one, click.Option) and not one.is_eager]


def variable(path: Sequence[str], flag: str) -> str:
    """The variable of an option, unless it names another itself. ``flag``: the option as it is written, like ``--port``."""
    return "_".join(("CASEAUDIT", *path, flag.lstrip("-"))).replace("-", "_").upper()


def every(command: click.Command, *path: str) -> Iterator[tuple[tuple[str, ...], click.Option]]:
    """Every option of a command and of those below it, with the names by which its command is called."""
    yield from ((path, option) for option in options_of(command))
    for name, below in getattr(command, "commands", {}).items():
        yield from every(below, *path, name)
