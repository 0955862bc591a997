"""The log of the service on the standard error, as lines of text or of JSON: of the site, the follower and commands.

It says which page, command or part it is about, and never of whom: docs/operating.md, "What the logs hold".
"""

import logging
import os
import sys
import warnings
from pathlib import Path
from typing import Literal, get_args

import click

from domain import error_traces

FORM, LEVEL = "CASEAUDIT_LOG", "CASEAUDIT_LOG_LEVEL"

Form = Literal["text", "json"]

LEVELS = ("debug", "info", "warning", "error")

OURS = ("caseaudit", "web", "gunicorn")
"""The loggers that speak at the level asked for; all others from warnings on."""

LOG = logging.getLogger("caseaudit")


class WrongLog(ValueError):
    """The environment asks for a log that there is not; the message says which and what to write."""


def form() -> Form:
    """How lines are written, by the environment; ``WrongLog``."""
    said = os.environ.get(FORM, "").strip().lower() or "text"
    for known in get_args(Form):
        if said == known:
            return known  # type: ignore[no-any-return]
    raise WrongLog(f"{FORM} is '{said}'; write one of: {', '.join(get_args(Form))}")


def level() -> str:
    """From which level on lines are written: of JSON from ``info``, of text from ``warning``, unless said; ``WrongLog``."""
    said = os.environ.get(LEVEL, "").strip().lower() or ("info" if form() == "json" else "warning")
    if said not in LEVELS:
        raise WrongLog(f"{LEVEL} is '{said}'; write one of: {', '.join(LEVELS)}")
    return said.upper()


def set_up(part: str) -> None:
    """Write the log of this process so. ``part``: ``site``, ``follow`` or another command. ``WrongLog``."""
    as_json, from_level = form() == "json", level()
    handler = logging.StreamHandler(sys.stderr)
    if as_json:
        from web.site.json_lines import Lines

        handler.setFormatter(Lines(part))
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(from_level)
    warnings.showwarning = _warned
    if as_json:
        error_traces.install(LOG.critical)


def _warned(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: object = None,
    line: str | None = None,
) -> None:
    """A warning of Python: of which kind and where, without its message, which may hold a value."""
    logging.getLogger("caseaudit.python").warning("%s at %s:%d", category.__name__, Path(filename).name, lineno)


def say(words: str, *, warns: bool = False, logged: str = "", out: bool = False) -> None:
    """Tell whoever started the service: in words, or as a line of JSON.

    ``logged``: what the line of JSON says in place of words that name somebody. ``out``: text goes to the standard output.
    """
    if form() == "json":
        LOG.log(logging.WARNING if warns else logging.INFO, logged or words)
    else:
        click.echo(words, err=not out)
