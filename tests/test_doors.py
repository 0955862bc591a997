"""The doors hold no rules: what a module of ``web`` leaves to the rooms below it."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

from domain.accounts.roles import ROLES

ROOT = Path(__file__).parent.parent

NO_DOOR_IMPORTS = ("sqlite3", "sqlalchemy", "psycopg", "psycopg_pool", "eventsourcing", "numpy")
"""Databases and arrays: ``domain`` stores, ``projections`` derives and counts."""

RULES = ("decide", "evolve", "amend", "fits")
"""Functions of ``domain`` that the rest of it and ``projections`` call. A door records through ``Files`` instead."""

SQL = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|PRAGMA)\s")

ROLE_IN_TEMPLATE = re.compile(r"\.role\s*(==|!=|in|not in)\s*[('\"]")

DEMONSTRATION = {"samples", "demo"}
"""Packages of made-up cases, in which people have roles and grades."""


@cache
def doors() -> dict[str, ast.Module]:
    """The modules of ``web``, by their dotted names."""
    paths = sorted((ROOT / "web").rglob("*.py"))
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): ast.parse(path.read_text("utf-8")) for path in paths
    }


def imported(tree: ast.AST) -> Iterator[str]:
    """What a module imports anywhere in it, inside functions too; ``from a import b`` as ``a.b``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def offences(found: Callable[[ast.Module], Iterable[object]], among: dict[str, ast.Module]) -> dict[str, list[object]]:
    """What was found in each module; modules in which there is nothing are left out."""
    return {name: list(some) for name, tree in among.items() if (some := list(found(tree)))}


def test_no_door_imports_a_database() -> None:
    found = offences(lambda tree: (one for one in imported(tree) if one.partition(".")[0] in NO_DOOR_IMPORTS), doors())
    assert not found, f"{found}: ask a function of domain or projections"


def test_no_door_holds_sql() -> None:
    found = offences(lambda tree: (text for text in _texts(tree) if SQL.match(text)), doors())
    assert not found, f"{found}: SQL belongs in domain or projections"


def test_no_door_applies_a_rule_itself() -> None:
    def rules(tree: ast.Module) -> Iterator[str]:
        return (one for one in imported(tree) if one.startswith("domain.") and one.rpartition(".")[2] in RULES)

    assert not (found := offences(rules, doors())), f"{found}: record through Files, which decides"


def test_no_door_looks_at_a_role() -> None:
    """An account knows what its role may. A door that compares roles makes a rule of its own."""
    asked = {name: tree for name, tree in doors().items() if DEMONSTRATION.isdisjoint(name.split("."))}
    assert not (found := offences(_role_comparisons, asked)), f"lines {found}: ask Account instead"
    assert not [
        path.name for path in (ROOT / "web").rglob("*.html") if ROLE_IN_TEMPLATE.search(path.read_text("utf-8"))
    ]


def _texts(tree: ast.Module) -> Iterator[str]:
    return (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))


def _role_comparisons(tree: ast.Module) -> list[int]:
    """The lines that compare something with a role, the members of tuples written out among them."""
    lines = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            sides += [one for side in sides if isinstance(side, ast.Tuple | ast.List | ast.Set) for one in side.elts]
            lines += [node.lineno] if any(map(_is_role, sides)) else []
    return lines


def _is_role(side: ast.expr) -> bool:
    if isinstance(side, ast.Attribute):
        return side.attr == "role"
    return isinstance(side, ast.Constant) and side.value in ROLES
