"""Who runs this installation: the area whose cases it holds, or an inspectorate on machines of its own.

What an inspector opens is confidential from the inspected area only on an inspectorate's own installation.
"""

import os
from typing import get_args

from flask import Flask, current_app

from domain.entries.code_lists import HeldBy

IN_ENVIRONMENT = "CASEAUDIT_INSTALLATION"


class WrongInstallation(ValueError):
    """The environment names an installation that there is not; the message says which and what to write."""


def of_environment() -> HeldBy:
    """Who runs it, by the environment; the area where that says nothing. ``WrongInstallation``."""
    said = os.environ.get(IN_ENVIRONMENT, "").strip() or "area"
    for known in get_args(HeldBy):
        if said == known:
            return known  # type: ignore[no-any-return]
    raise WrongInstallation(f"{IN_ENVIRONMENT} is '{said}'; write one of: {', '.join(get_args(HeldBy))}")


def held_by() -> HeldBy:
    """Who runs the installation of this site."""
    found: HeldBy = current_app.config["HELD_BY"]
    return found


def attach(app: Flask) -> None:
    """Read who runs it where the app was not told, and tell the templates."""
    app.config["HELD_BY"] = app.config["HELD_BY"] or of_environment()
    app.add_template_global(held_by, "held_by")
