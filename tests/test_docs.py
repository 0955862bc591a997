"""The documents say what the program does: every type, field, code and command stands in them."""

import json
import re
from pathlib import Path
from typing import Literal, get_args, get_origin

import click
import msgspec
import pytest
from click.testing import CliRunner

from domain.entries import code_lists
from domain.entries.case_entries import ENTRY_TYPES
from domain.entries.entry import CLAIMED
from domain.entries.schemas import NEVER_GIVEN
from domain.policy.cited_documents import SURE
from domain.policy.clause_schema import NEEDS, ClauseValueSchema, ClauseYamlSchema
from domain.policy.clauses import TRIGGERS, InCustody
from domain.policy.conditions import EntryPatternSchema
from tools.entry_tables import interchange, missing
from web.cli import loaded, main

ROOT = Path(__file__).parent.parent
INTERCHANGE = (ROOT / "docs" / "interchange.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ENTRY_TYPES)
def test_every_type_and_each_of_its_fields_is_documented(name: str) -> None:
    line = next((line for line in INTERCHANGE.splitlines() if line.startswith(f"| {name} |")), None)
    assert line is not None, f"{name} is not in docs/interchange.md"
    common = {"entry", "occurred_on", "recorded_at", "recorded_by", "occurred_at", NEVER_GIVEN, *CLAIMED}
    fields = {field.encode_name for field in msgspec.structs.fields(ENTRY_TYPES[name])} - common
    missing = {field for field in fields if not re.search(rf"\b{field}\b", line)}
    assert not missing, f"{name}: {missing} not documented"


def test_every_code_is_documented() -> None:
    for name, frame in vars(code_lists).items():
        if get_origin(frame) is Literal:
            missing = [code for code in get_args(frame) if not re.search(rf"\b{code}\b", INTERCHANGE)]
            assert not missing, f"{name}: {missing} not in docs/interchange.md"


def test_the_tables_of_the_interchange_form_are_made_from_the_declarations() -> None:
    assert interchange(INTERCHANGE) == INTERCHANGE, "run: make entry-tables"


def test_no_name_of_a_type_is_taken_back() -> None:
    assert not missing(INTERCHANGE)
    assert missing(INTERCHANGE.replace("| TierSet |", "| TierGiven |")) == {"TierGiven"}


def test_every_command_is_in_the_readme() -> None:
    for name in main.commands:
        assert f"caseaudit {name}" in README
        for parameter in loaded(name).params:
            if (
                isinstance(parameter, click.Option)
                and not parameter.hidden
                and parameter.name not in ("database", "actor")
            ):
                assert parameter.opts[0] in README, f"{name} {parameter.opts[0]}"


def test_the_language_of_clauses_is_documented() -> None:
    words = (ROOT / "docs" / "standards.md").read_text(encoding="utf-8")
    for word in (*NEEDS, *TRIGGERS, *get_args(InCustody), *SURE):
        assert f"`{word}`" in words
    for schema in (ClauseYamlSchema, ClauseValueSchema, EntryPatternSchema):
        for key in schema().fields.keys() - {"cite", "sure", "remark", "kind", "values"}:
            assert f"| `{key}`" in words or f", `{key}`" in words, f"docs/standards.md does not say what {key} means"


def test_the_example_is_taken_whole_and_tells_its_story(tmp_path: Path) -> None:
    database = str(tmp_path / "example.sqlite")
    example = str(ROOT / "docs" / "example.ndjson")
    result = CliRunner().invoke(main, ["import", example, "--database", database])
    assert (result.exit_code, "13 entries stored, 0 already there, 0 rejected" in result.output) == (0, True), (
        result.output
    )
    arguments = ["case", "X123456/1", "--as-at", "2005-06-10", "--format", "json", "--database", database]
    case = json.loads(CliRunner().invoke(main, arguments).output)
    states = {o["clause"]: o["state"] for o in case["obligations"]}
    assert states["initial-supervision-plan"] == "met"
    assert states["absence-decision"] == "met_late"
    assert states["risk-management-plan"] == "overdue"
    score = CliRunner().invoke(main, ["score", "--inspection", "team-audit-june-2005", "--database", database])
    assert "1 case as at 10 Jun 2005, as the file stood that day" in score.output
