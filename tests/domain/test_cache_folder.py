"""What is kept between runs: used where it is whole and ours, made anew where it is not, and never in the way."""

import json
import os
import pickle
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import domain
from domain import cache_folder
from domain.cache_folder import kept
from domain.policy import policy_cache
from domain.policy.frameworks.framework_files import frameworks
from domain.policy.measures.measure_files import reports
from domain.policy.policy_cache import kept_policy
from domain.policy.standards.edition_files import national_standards


class Made:
    """Counts how often it was made."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> list[int]:
        self.times += 1
        return [1, 2, 3]

    def again(self, made_from: str = "this") -> list[int]:
        found: list[int] = kept(
            "numbers", made_from, self, dump=lambda made: json.dumps(made).encode(), load=json.loads
        )
        return found


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return Made()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "caseaudit" / "kept" / "numbers"


def test_what_was_made_once_is_read_and_only_the_user_may_read_it(made: Made, file: Path) -> None:
    assert made.again() == made.again() == [1, 2, 3]
    assert made.times == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [path.name for path in file.parent.iterdir()] == ["numbers"]


def test_what_was_made_from_something_else_is_made_anew(made: Made) -> None:
    made.again()
    made.again("that")
    assert made.times == 2


DAMAGED: dict[str, Callable[[bytes], bytes]] = {
    "cut off": lambda content: content[:-1],
    "empty": lambda content: b"",
    "one bit": lambda content: content[:-2] + bytes([content[-2] ^ 1]) + content[-1:],
    "another hash": lambda content: bytes(32) + content[32:],
    "longer": lambda content: content + b" ",
}


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_passed_over_and_written_anew(
    made: Made, file: Path, damage: Callable[[bytes], bytes]
) -> None:
    made.again()
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    assert made.again() == [1, 2, 3]
    assert (made.times, file.read_bytes()) == (2, whole)


def test_a_file_that_others_may_write_is_not_believed(made: Made, file: Path) -> None:
    made.again()
    for mode in (0o620, 0o602, 0o666):
        file.chmod(mode)
        made.again()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, "another was put in its place"
    assert made.times == 4


def test_a_folder_that_others_may_write_is_neither_believed_nor_written_to(made: Made, file: Path) -> None:
    made.again()
    file.parent.chmod(0o770)
    before = file.stat()
    assert made.again() == [1, 2, 3]
    assert (made.times, file.stat()) == (2, before)


def test_files_of_somebody_else_are_not_believed(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    made.again()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    made.again()
    assert made.times == 2


def test_a_link_is_not_followed(made: Made, file: Path, tmp_path: Path) -> None:
    made.again()
    elsewhere = file.rename(tmp_path / "elsewhere")
    file.symlink_to(elsewhere)
    made.again()
    assert made.times == 2
    assert not file.is_symlink()


def test_where_no_folder_can_be_made_all_works_without(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "a file"))
    assert made.again() == made.again() == [1, 2, 3]
    assert made.times == 2


def test_policy_comes_back_as_it_was_and_each_description_of_entries_is_there_once() -> None:
    for policy in (national_standards(), frameworks(), reports()):
        assert policy_cache._loaded(policy_cache._dumped(policy)) == policy


class Hostile:
    def __reduce__(self) -> Any:
        return os.mkdir, ("made-by-a-pickle",)


def test_what_is_kept_can_make_nothing_but_policy(made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(policy_cache, "_dumped", pickle.dumps)
    kept_policy("hostile", Hostile)
    assert kept_policy("hostile", made) == [1, 2, 3]
    assert not Path("made-by-a-pickle").exists()
    for name in (
        "builtins\neval",
        "os\nsystem",
        "domain.cache_folder\nos",
        "domain.cache_folder\ncache_folder",
    ):
        with pytest.raises(cache_folder.Unusable):
            policy_cache._loaded(f"c{name}\n.".encode())


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package, whose policy may be changed."""
    ignored = shutil.ignore_patterns("__pycache__")
    return shutil.copytree(Path(domain.__file__).parent, tmp_path / "domain", ignore=ignored)


def title_of_1995(copy: Path) -> tuple[str, str]:
    """The title of the first edition as a new process reads it, or the error; and whether it parsed any YAML."""
    code = "import sys; from domain.policy.standards.edition_files import national_standards as n; print(n().editions[0].title)"
    run = subprocess.run(
        [sys.executable, "-c", f"{code}; print('yaml' in sys.modules)"], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(copy.parent), "XDG_CACHE_HOME": str(copy.parent / "cache")}, cwd=copy.parent,
    )  # fmt: skip
    title, parsed = (run.stdout or run.stderr).splitlines()[-2:]
    return title, parsed


def test_a_changed_policy_file_is_read_anew(copy: Path) -> None:
    path = copy / "policy" / "standards" / "ns-1995.yaml"
    title, parsed = title_of_1995(copy)
    assert parsed == "True"
    assert title_of_1995(copy) == (title, "False")
    path.write_text(path.read_text().replace(title, "Another title"))
    assert title_of_1995(copy) == ("Another title", "True")


def test_a_value_that_is_no_longer_cited_does_not_load_whatever_is_kept(copy: Path) -> None:
    title_of_1995(copy)
    path = copy / "policy" / "standards" / "ns-2005.yaml"
    path.write_text(path.read_text().replace("cite: ns2005", "cited: ns2005"))
    assert "a value without a citation does not load" in " ".join(title_of_1995(copy))
