"""The documents say what the program does: every type, field, code and command stands in them."""

import re
from pathlib import Path
from typing import Literal, get_args, get_origin

import click
import msgspec
import pytest

from domain import codes
from domain.clauses import NEEDS, TRIGGERS
from domain.facts import FACT_TYPES
from web.cli import main

ROOT = Path(__file__).parent.parent
INTERCHANGE = (ROOT / "docs" / "interchange.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FACT_TYPES)
def test_every_type_and_each_of_its_fields_is_documented(name: str) -> None:
    line = next((line for line in INTERCHANGE.splitlines() if line.startswith("|") and name in line), None)
    assert line is not None, f"{name} is not in docs/interchange.md"
    common = {"entry", "occurred_on", "recorded_at", "recorded_by", "occurred_at"}
    fields = {field.encode_name for field in msgspec.structs.fields(FACT_TYPES[name])} - common
    missing = {field for field in fields if not re.search(rf"\b{field}\b", line)}
    assert not missing, f"{name}: {missing} not documented"


def test_every_code_is_documented() -> None:
    for name, frame in vars(codes).items():
        if get_origin(frame) is Literal:
            missing = [code for code in get_args(frame) if not re.search(rf"\b{code}\b", INTERCHANGE)]
            assert not missing, f"{name}: {missing} not in docs/interchange.md"


def test_every_command_is_in_the_readme() -> None:
    for name, command in main.commands.items():
        assert f"caseaudit {name}" in README
        for parameter in command.params:
            if isinstance(parameter, click.Option) and parameter.name not in ("database", "actor"):
                assert parameter.opts[0] in README, f"{name} {parameter.opts[0]}"


def test_the_language_of_clauses_is_documented() -> None:
    words = (ROOT / "docs" / "standards.md").read_text(encoding="utf-8")
    for word in (*NEEDS, *TRIGGERS):
        assert f"`{word}`" in words


def test_every_module_has_its_place_in_the_tour() -> None:
    tour = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for package in ("domain", "projections"):
        for module in (ROOT / package).glob("*.py"):
            if module.stem not in ("__init__", "errors"):
                assert f"`{module.stem}`" in tour or f"`{module.stem}/`" in tour, f"{package}.{module.stem}"
