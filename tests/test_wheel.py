"""The wheel is the whole program: it works where nothing of the checkout is, and says so where other packages come first."""

import os
import subprocess
import sys
import tarfile
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest

from domain import __version__
from tests.support.once import made_once
from tests.support.repository import ROOT
from tools.unbounded import newer, unbounded

ROOMS = ("domain", "projections", "web")


def built(folder: Path) -> None:
    """The wheel and the source distribution, and the wheel unpacked as an installer does it."""
    source = folder / "source"
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, files.split("\0")):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes((ROOT / name).read_bytes())
    command = [
        sys.executable,
        "-m",
        "build",
        "--no-isolation",
        "--wheel",
        "--sdist",
        "--outdir",
        str(folder / "dist"),
        str(source),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    with zipfile.ZipFile(next((folder / "dist").glob("*.whl"))) as wheel:
        wheel.extractall(folder / "installed")


@pytest.fixture(scope="session")
def dist() -> Path:
    """The folder with ``dist`` and ``installed``."""
    if not (ROOT / ".git").exists():
        pytest.skip("what belongs into a wheel is asked of git, and this is no checkout")
    return made_once("distributions", built)


def run(installed: Path, *arguments: str, before: Path | None = None, folder: Path) -> subprocess.CompletedProcess[str]:
    """The command as it is installed, with the libraries of this environment and nothing of the checkout."""
    path = os.pathsep.join(str(one) for one in (before, installed) if one is not None)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CASEAUDIT_")}
    environment |= {"PYTHONPATH": path, "HOME": str(folder), "CASEAUDIT_DATABASE": str(folder / "a.sqlite")}
    command = [sys.executable, "-P", "-c", "import caseaudit; caseaudit.run()", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_every_file_of_the_program_is_in_the_wheel(dist: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", *ROOMS], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    there = [name for name in listed if (ROOT / name).exists()]
    assert there and not [name for name in there if not (dist / "installed" / name).is_file()]
    packed = {str(path.relative_to(dist / "installed")) for path in (dist / "installed").rglob("*") if path.is_file()}
    assert {name for name in packed if not name.startswith(f"caseaudit-{__version__}.dist-info/")} == {
        *there,
        "caseaudit.py",
    }


def test_what_the_wheel_says_of_itself(dist: Path) -> None:
    said = HeaderParser().parsestr(
        (dist / "installed" / f"caseaudit-{__version__}.dist-info" / "METADATA").read_text(encoding="utf-8")
    )
    assert (said["Name"], said["Version"], said["License-Expression"], said["Requires-Python"]) == (
        "caseaudit",
        __version__,
        "MIT",
        ">=3.11",
    )
    assert said.get_all("License-File") == ["LICENSE"] and "://" not in str(said.get_all("Project-URL"))
    classifiers = said.get_all("Classifier") or []
    assert {f"Programming Language :: Python :: 3.{minor}" for minor in (11, 12, 13, 14)} <= set(classifiers)
    assert "Private :: Do Not Upload" in classifiers and not any(one.startswith("License ::") for one in classifiers)


def test_the_source_distribution_has_the_tests(dist: Path) -> None:
    with tarfile.open(next((dist / "dist").glob("*.tar.gz"))) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert not [name for name in listed if (ROOT / name).exists() and name not in names]
    assert not [name for name in names if name.endswith((".sqlite", ".pyc"))]


@pytest.mark.slow
def test_the_installed_program_works_where_nothing_of_the_checkout_is(dist: Path, tmp_path: Path) -> None:
    installed = dist / "installed"
    example = run(installed, "import", str(ROOT / "docs" / "example.ndjson"), folder=tmp_path)
    assert example.returncode == 0 and "entries stored" in example.stdout, example.stderr
    for arguments, said in (
        (["score", "--inspection", "team-audit-june-2005"], "Score"), (["standards"], "2005"), (["policy", "kept"], ""),
        (["report", "plans", "--as-at", "2005-06-10"], "Plan"), (["case", "X123456/1", "--as-at", "2005-06-10"], "X123456/1"),
    ):  # fmt: skip
        done = run(installed, *arguments, folder=tmp_path)
        assert done.returncode == 0 and said in done.stdout, (arguments, done.stderr)
    script = (
        "import os, web; from web.app import create_app; from web.site.languages import CATALOGUE; "
        "from domain.importing.shipped_mappings import FOLDER; assert len(list(FOLDER.glob('*.yaml'))) == 2; "
        f"assert web.__file__.startswith({str(installed)!r}), web.__file__; assert CATALOGUE.is_file(); "
        "client = create_app(os.environ['CASEAUDIT_DATABASE']).test_client(); "
        "print(client.get('/sign-in').status_code, client.get('/assets/caseaudit.css').status_code)"
    )
    environment = os.environ | {
        "PYTHONPATH": str(installed),
        "HOME": str(tmp_path),
        "CASEAUDIT_DATABASE": str(tmp_path / "a.sqlite"),
    }
    done = subprocess.run(
        [sys.executable, "-P", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["200", "200"], done.stderr


@pytest.mark.parametrize("name", ROOMS)
@pytest.mark.parametrize("form", ["package", "module"])
def test_anothers_package_that_is_found_first_is_told_at_start(
    dist: Path, tmp_path: Path, name: str, form: str
) -> None:
    fake = tmp_path / "others"
    other = fake / name / "__init__.py" if form == "package" else fake / f"{name}.py"
    other.parent.mkdir(parents=True)
    other.write_text("raise SystemExit('this must not be run')\n")
    done = run(dist / "installed", "--version", before=fake, folder=tmp_path)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert done.stderr.startswith("Error: caseaudit cannot start, as other packages have the names of its own:\n")
    assert (
        f"  {name}: {other} is found first, where {dist / 'installed' / name / '__init__.py'} should be\n"
        in done.stderr
    )
    assert "an environment of its own" in done.stderr


def test_a_package_that_was_installed_over_ours_is_told_at_start(dist: Path, tmp_path: Path) -> None:
    mixed = tmp_path / "mixed"
    for room in ROOMS:
        (mixed / room).mkdir(parents=True)
        (mixed / room / "__init__.py").write_bytes((dist / "installed" / room / "__init__.py").read_bytes())
    (mixed / "caseaudit.py").write_bytes((dist / "installed" / "caseaudit.py").read_bytes())
    (mixed / "web" / "__init__.py").write_text('"""web.py: makes web apps"""\n')
    done = run(mixed, "--version", folder=tmp_path)
    assert done.returncode == 2 and f"{mixed / 'web' / '__init__.py'} is another's" in done.stderr


def test_the_weekly_run_drops_every_limit_of_versions() -> None:
    lines = [
        line
        for name in ("requirements.in", "requirements-dev.in")
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
    ]
    found = list(unbounded(lines))
    assert {"flask", "psycopg[binary,pool]", "setuptools", "pytest"} <= set(found) and len(found) > 60
    assert [one for one in found if "=" in one or ">" in one or "<" in one] == ["playwright==1.65.2"]
    with pytest.raises(ValueError, match="'two words' is no package"):
        list(unbounded(["two words"]))
    assert list(newer(["a==1 \\", "b-c==2", "d==3"], ["A==1", "b_c==3", "e==9"])) == ["b-c 2 -> 3"]
