"""Bad input to every option of every command: it is told in words, with exit code 1 or 2, and never as a traceback.

A command that is added must be added to ``CALLS``. ``make test-deep`` tries every value on every option, others four of them.
"""

import os
import shutil
import subprocess
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from tests.support.depth import times
from web.cli import COMMANDS, loaded, main, read_model_commands, serve_commands

CALLS: Mapping[str, str] = {
    "access ship": "--to {out} --once",
    "access forget": "2005-10",
    "backup": "{out}",
    "branch": "--reason test",
    "bundle": "A504771/1 --as-at 2005-10-03 --output {out}",
    "case": "A504771/1 --as-at 2005-10-03",
    "checkpoint": "--to {folder}",
    "copy": "{db} {out}",
    "dates third": "--begins 2020-01-01 --ends 2021-01-01",
    "dates recall": "--returned 2020-01-01",
    "dates handover": "--kind parole --sentenced 2020-01-01 --release 2022-01-01",
    "deliver": "--once",
    "demo": "--no-serve --samples-only",
    "destinations list": "",
    "destinations show": "1",
    "destinations stop": "1",
    "destinations start": "1",
    "digest": "--to smtp://localhost --site https://audit.example --dry-run",
    "disclose": "A504771 --output {out}",
    "due": "--as-at 2005-10-03",
    "erase": "A504771 --reason test --yes",
    "export": "--case A504771/1",
    "follow": "",
    "hold": "A504771 --reason test",
    "import": "{file}",
    "keys make": "",
    "keys show": "",
    "keys rotate": "",
    "keys replace": "--reason test",
    "keys move": "--to {out}",
    "keys restore": "{file}",
    "migrate": "",
    "rebuild": "--verify --processes 1",
    "redact": "A504771/1 1 note --reason test",
    "policy check": "{folder}",
    "policy schema": "standards",
    "policy try": "{folder} --area Gloucestershire --from 2005-01-01 --to 2005-10-03",
    "policy kept": "",
    "report": "plans --as-at 2005-10-03 --table trend",
    "restore": "{file} {out} --goes-on",
    "sample": "gloucestershire-2005",
    "score": "--inspection gloucestershire-2005",
    "serve": "",
    "sources add": "crams",
    "sources list": "",
    "sources take-over": "crams --cut-over 2005-10-03",
    "standards": "2005",
    "users add": "x.new --role spo --name New --place Gloucester --password correct-horse-battery-staple",
    "users list": "",
    "users change": "p.anstey --name Other",
    "users password": "p.anstey --password correct-horse-battery-staple",
    "users recover": "p.anstey --password correct-horse-battery-staple",
    "users restore": "p.anstey",
    "users invite": "p.anstey",
    "verify": "",
}
"""Command -> the arguments of a call that reaches its work; options are then given one bad value after another."""

BAD = (
    "", "no such thing", "2005-02-30", "{missing}", "{folder}", "\udcff", "-1", "{file}", "0001-01-01", "9999-12-31",
    "99999999999999999999", "{missing}/below", "{file}/below", "x" * 5_000, "a\nb", "://", "%", "team:", "[",
)  # fmt: skip
"""Values for any option: wrong days and numbers, unknown ids, missing files, files for folders and folders for files."""


def leaves(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    """The commands below a command, with their names."""
    if isinstance(command, click.Group):
        for inner, sub in command.commands.items():
            yield from leaves(sub, f"{name} {inner}")
    else:
        yield name, command


ROOT = Path(__file__).resolve().parents[3]

EVERY = dict(found for name in COMMANDS for found in leaves(loaded(name), name))


def test_every_command_is_tried() -> None:
    assert EVERY.keys() == CALLS.keys()


@pytest.fixture
def places(tmp_path: Path, followed: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What stands for the words in braces: a database of this test, a file, a folder, and what is not there."""
    shutil.copytree(followed.parent, tmp_path / "record")
    (tmp_path / "folder").mkdir()
    (tmp_path / "file.ndjson").write_text('{"case": "X123456/1"}\n')
    monkeypatch.chdir(tmp_path / "folder")  # where files of odd names are made
    monkeypatch.setenv("CASEAUDIT_DATABASE", str(tmp_path / "record" / followed.name))
    monkeypatch.setattr(serve_commands, "_serve", lambda *_, **__: None)
    monkeypatch.setattr(read_model_commands.Following, "run", lambda *_, **__: None)
    return {
        "{db}": str(tmp_path / "record" / followed.name), "{out}": str(tmp_path / "out"), "{file}": str(tmp_path / "file.ndjson"),
        "{folder}": str(tmp_path / "folder"), "{missing}": str(tmp_path / "missing"),
    }  # fmt: skip


def filled(text: str, places: Mapping[str, str]) -> str:
    for word, place in places.items():
        text = text.replace(word, place)
    return text


def call(name: str, arguments: Sequence[str]) -> Result:
    return CliRunner().invoke(main, [*name.split(), *arguments], input="")


def with_value(name: str, param: click.Parameter, value: str, places: Mapping[str, str]) -> list[str]:
    """The usual arguments of a command, with one parameter given (once more) with this value."""
    given = [filled(one, places) for one in CALLS[name].split()]
    if isinstance(param, click.Option):
        return [*given, f"{param.opts[-1]}={value}", *([value] if param.nargs == 2 else [])]
    own = [p for p in EVERY[name].params if isinstance(p, click.Argument)]
    at = own.index(param)
    return ["--", value] if not given else [*given[:at], value, *given[at + 1 :]]


@pytest.mark.parametrize("name", CALLS)
def test_bad_values_are_told_in_words(name: str, places: dict[str, str]) -> None:
    params = [p for p in EVERY[name].params if not getattr(p, "is_flag", False)]
    most, faults = times(len(BAD), 4), list[Any]()
    for n, param in enumerate(params):
        for value in islice((*BAD[n % len(BAD) :], *BAD[: n % len(BAD)]), most):
            arguments = with_value(name, param, filled(value, places), places)
            if (fault := fault_of(call(name, arguments))) is not None:
                faults.append((arguments, fault))
    assert not faults, faults


def fault_of(done: Result) -> str | None:
    """What is wrong with how a command ended; None: it did its work, or said in words why not."""
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        frame = traceback.extract_tb(done.exception.__traceback__)[-1]
        return f"{done.exception!r} in {frame.filename}:{frame.lineno}"
    if done.exit_code not in (0, 1, 2) or (done.exit_code == 2 and "Error: " not in done.output):
        return f"exit code {done.exit_code}: {done.output[-300:]}"
    return done.output[-300:] if "Traceback" in done.output or "caseaudit failed" in done.output else None


PRINTING = ("export", "due --as-at 2005-10-03", "standards", "report plans", "--help")


@pytest.mark.parametrize("command", PRINTING)
def test_a_full_disk_and_a_reader_that_leaves_are_told_in_words(command: str, places: dict[str, str]) -> None:
    called = [sys.executable, "-c", "from web.cli import run; run()", *command.split()]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "CASEAUDIT_DATABASE": places["{db}"]}
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(called, stdout=full, stderr=subprocess.PIPE, text=True, env=environment, check=False)
    assert done.returncode == 1 and done.stderr.splitlines()[-1].startswith("Error: the output cannot be written: "), (
        done.stderr
    )
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(called, stdout=writer, stderr=subprocess.PIPE, text=True, env=environment, check=False)
    os.close(writer)
    assert done.returncode in (0, 1) and "failed" not in done.stderr and "Traceback" not in done.stderr, done.stderr


def test_a_folder_in_place_of_the_database_is_told(tmp_path: Path) -> None:
    for name in ("case A504771/1", "due", "export", "verify", "users list", "migrate", "score"):
        done = CliRunner().invoke(main, [*name.split(), "--database", str(tmp_path)])
        assert fault_of(done) is None and done.exit_code == 2, (name, done.output, done.exception)
