"""The house as its documents draw it: every room is named, every stop of the tour is there, one name is one module."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("domain", "projections", "web")
TOUR = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")

STOP = re.compile(r"^\| (\d+) \| .* \| (.+) \| (.+) \|$", re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")
FILE = re.compile(r"`((?:domain|projections|web|tests)/[\w./]*)`")


def defined(path: Path) -> set[str]:
    """The functions and classes of a module, methods as ``Class.method``."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{one.name}" for one in node.body if isinstance(one, ast.FunctionDef)}
    return found


def test_the_tour_has_ten_stops() -> None:
    assert [int(number) for number, _, _ in STOP.findall(TOUR)] == list(range(1, 11))


@pytest.mark.parametrize(("files", "functions"), [(stop[1], stop[2]) for stop in STOP.findall(TOUR)])
def test_each_stop_of_the_tour_is_a_function_in_a_file(files: str, functions: str) -> None:
    for file, function in zip(CODE.findall(files), CODE.findall(functions), strict=True):
        assert function in defined(ROOT / file), f"{file} has no {function}"


@pytest.mark.parametrize("document", [TOUR, GLOSSARY], ids=["architecture", "glossary"])
def test_every_file_that_the_documents_name_is_there(document: str) -> None:
    assert not [file for file in FILE.findall(document) if not (ROOT / file).exists()]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_room_has_its_line_in_the_tour(package: str) -> None:
    rooms = [path.parent.name for path in (ROOT / package).glob("*/__init__.py")]
    assert rooms
    assert not [room for room in rooms if f"`{room}/`" not in TOUR]


def test_no_two_modules_have_one_name() -> None:
    found = defaultdict(list)
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            if path.stem != "__init__":
                found[path.stem].append(path.relative_to(ROOT))
    assert not {name: paths for name, paths in found.items() if len(paths) > 1}
