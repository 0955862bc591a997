"""Starting: the list of commands is that of their modules, and a call reads no more than what it needs."""

import pkgutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import web.cli
from web.cli import COMMANDS, loaded, main

HEAVY = {"flask", "werkzeug", "sqlalchemy", "numpy", "psycopg", "rich", "requests", "authlib", "weasyprint", "xlsxwriter",
         "argon2", "holidays", "yaml", "distributed"}  # fmt: skip
"""Packages that cost much to import, and that few commands need."""


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_listed_with_its_own_words(name: str) -> None:
    said = (loaded(name).help or "").split("\n\n")[0]
    assert COMMANDS[name][1] == " ".join(said.split())


@pytest.mark.parametrize("width", [40, 80, 110, 200])
def test_the_help_is_that_of_the_commands_themselves(width: int) -> None:
    plain = click.Group(
        main.name, {name: loaded(name) for name in COMMANDS}, help=main.help, params=main.params,
        context_settings=main.context_settings,
    )  # fmt: skip
    runner = CliRunner()
    shown = runner.invoke(main, ["--help"], terminal_width=width)
    assert shown.output == runner.invoke(plain, ["--help"], terminal_width=width).output
    assert runner.invoke(main, ["expotr"]).output == runner.invoke(plain, ["expotr"]).output


def test_every_command_is_listed() -> None:
    modules = [import_module(found.name) for found in pkgutil.iter_modules(web.cli.__path__, "web.cli.")]
    there = {command.name: module.__name__ for module in modules for command in getattr(module, "COMMANDS", ())}
    assert there == {name: module for name, (module, _) in COMMANDS.items()}


NEEDED: dict[str, set[str]] = {
    "--help": set(),
    "case A504771/1 --as-at 2005-10-03": {"sqlalchemy"},  # it opens texts, as does the next
    "export --case A504771/1": {"sqlalchemy"},
    "verify": set(),
    "sample gloucestershire-2005": set(),
    "due --as-at 2005-10-03": {"numpy", "sqlalchemy"},
    "users list": {"sqlalchemy", "argon2"},
    "score --inspection gloucestershire-2005": set(),
    "score --as-at 2005-10-03": {"sqlalchemy", "numpy"},
    "report monitoring --as-at 2005-10-03": {"sqlalchemy", "numpy"},
}


@pytest.mark.parametrize("call", NEEDED)
def test_a_call_reads_no_more_than_it_needs(call: str, demo_database: Path, tmp_path: Path) -> None:
    where = [] if call == "--help" else ["--database", str(demo_database)]
    code = (
        "import sys; from web.cli import main; main(sys.argv[1:], standalone_mode=False); "
        f"print(*sorted({HEAVY} & set(sys.modules)), file=sys.stderr)"
    )
    run = [sys.executable, "-c", code, *call.split(), *where]
    read = (subprocess.run(run, capture_output=True, text=True, check=False).stderr.split() for _ in range(2))
    # The first run may have to read policy and the calendar, and keeps them.
    assert any(set(heavy) == NEEDED[call] for heavy in read)
