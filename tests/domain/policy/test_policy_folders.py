"""Policy folders laid over the one that ships: what they add and replace, what is refused, the check and the JSON Schema."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner

from domain.policy import policy_folders
from domain.policy.cited_documents import FRAMEWORKS, LONGEST, STANDARDS, PolicyError
from domain.policy.frameworks.framework_files import framework_names, frameworks, frameworks_over
from domain.policy.frameworks.framework_schema import read_framework
from domain.policy.policy_folders import Kind, policy_digest
from domain.policy.policy_json_schema import json_schema
from domain.policy.standards.edition_files import national_standards, standards_over
from domain.policy.standards.edition_schema import read_edition
from domain.policy.yaml_reader import read_yaml
from web.cli import main

NEW = """
edition: "2030"
title: Local standards
start: 2030-01-01
cite: "Local instruction 1"
sure: P
remark: an example
sources: {local: "Local instruction 1"}
clauses:
  - id: initial-plan
    kind: within
    in_custody: runs
    subject: plan
    says: A first plan within {limit} of the start
    after: start
    by: [{entry: SupervisionPlanMade}]
    values:
      - {allow: 10 working days, cite: local, sure: P, remark: ours}
not_auditable: []
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "standards").mkdir()
    (tmp_path / "frameworks").mkdir()
    return tmp_path


@pytest.fixture
def laid(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder, laid over by the environment. Policy is kept by its folders: that of other tests stays as it is."""
    monkeypatch.setenv(policy_folders.IN_ENVIRONMENT, str(folder))
    return folder


def put(folder: Path, name: str, text: str, kind: str = "standards") -> Path:
    path = folder / kind / name
    path.write_text(text, encoding="utf-8")
    return path


def test_an_added_edition_ends_the_one_that_was_open(laid: Path) -> None:
    put(laid, "local.yaml", NEW)
    *_, before, added = national_standards().editions
    assert (added.id, before.end, added.end) == ("2030", date(2030, 1, 1), None)
    assert added.laid_over is not None and "local.yaml" in added.laid_over.words
    assert national_standards().on(date(2029, 12, 31)) == before
    assert all(clause.end == date(2030, 1, 1) for clause in before.clauses)
    assert before.laid_over is None


def test_what_is_derived_from_policy_depends_on_the_laid_over_files(laid: Path) -> None:
    assert policy_digest() == ""
    put(laid, "local.yaml", NEW)
    first = policy_digest()
    put(laid, "local.yaml", NEW.replace("10 working", "12 working"))
    assert first != policy_digest() != ""


def test_an_edition_takes_the_place_of_one_that_ships_with_a_reason(folder: Path) -> None:
    shipped = (STANDARDS / "ns-2007.yaml").read_text(encoding="utf-8")
    put(folder, "ours.yaml", f"replaces: '2007'\nreason: read in print\n{shipped}")
    found = {edition.id: edition for edition in standards_over([folder]).editions}
    said = found["2007"].laid_over
    assert said is not None and said.words == (
        "The policy file ours.yaml takes the place of what ships as 2007: read in print"
    )


def test_a_framework_is_added_on_the_base_of_one_that_ships(laid: Path) -> None:
    shipped = (FRAMEWORKS / "omi-2006.yaml").read_text(encoding="utf-8")
    put(laid, "ours.yaml", shipped.replace("framework: omi-2006", "framework: ours-2030"), "frameworks")
    assert "ours-2030" in framework_names() and frameworks()["ours-2030"].laid_over is not None
    assert frameworks()["omi-2006"].laid_over is None


REFUSED: list[tuple[str, str, str]] = [
    ("same.yaml", NEW.replace('"2030"', '"2007"'), "same.yaml: edition: '2007' is there already; choose another id, or say"),
    ("r.yaml", f"replaces: '1066'\nreason: x\n{NEW}", "replaces: there is no '1066' to take the place of"),
    ("r.yaml", f"replaces: '2007'\n{NEW}", "reason: missing; say why this takes the place of '2007'"),
    ("gap.yaml", f"replaces: '2007'\nreason: x\n{NEW}",
     r"edition 2005 ends on 2007-09-30 but 2011 starts on 2011-04-05: one must start on the day the other ends; "
     r"2030 (gap.yaml line 6[)] takes the place of 2007"),
    ("ends.yaml", f"replaces: '2022'\nreason: x\n{NEW}",
     r"edition 2021 ends on 2022-06-01 but 2030 (ends.yaml line 6[)] starts on 2030-01-01: one must start on the day"),
    ("half.yaml", NEW[: NEW.index("values:") + 20], "half.yaml line"),
    ("none.yaml", NEW.replace('edition: "2030"\n', ""), "none.yaml line 1: edition: [mM]issing"),
    ("uncited.yaml", NEW.replace("cite: local, ", ""), "a value without a citation does not load"),
    ("list.yaml", "- 1\n", "expected a document with named parts"),
    ("field.yaml", NEW.replace("SupervisionPlanMade}", "SupervisionPlanMade, where: {objectives: [[1]]}}"),
     "expected a value, or a list of values"),
    ("field.yaml", NEW.replace("SupervisionPlanMade}", "SupervisionPlanMade, where: {objectives: {every: [1]}}}"),
     "expected a value, a list of values, 'present' or {every: FIELD}"),
    ("when.yaml", NEW.replace("    after: start", "    after: start\n    when: {risk: [[high]]}"), "expected a value, or a list"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "words"), REFUSED, ids=[f"{r[0]}-{n}" for n, r in enumerate(REFUSED)])
def test_a_faulty_file_is_refused_in_words(folder: Path, name: str, text: str, words: str) -> None:
    put(folder, name, text)
    with pytest.raises(PolicyError, match=words.replace("(", r"\(")):
        standards_over([folder])
    said = CliRunner().invoke(main, ["policy", "check", str(folder)])
    assert said.exit_code == 1 and re.search(words.replace("(", r"\("), said.output)


@pytest.mark.parametrize(
    ("shipped", "was", "now", "words"),
    [
        ("2005", "sum: offered", "sum: nonsense", "sum: 'nonsense' is no field of UnpaidWorkSession that holds a"),
        (
            "2005",
            "stands_until: for_on",
            "stands_until: entry",
            "'entry' is no field of MappaReviewSet that holds a day",
        ),
        ("2005", "- on: due_on", "- on: kind", "'kind' is no field of CourtReportRequested that holds a day"),
        ("2005", "on: for_on", "on: contact_type", "'contact_type' is no field of AppointmentMade that holds a day"),
        (
            "2005",
            "unlike: {by: assessor}",
            "unlike: {by: x}",
            "'x' is no field of AssessmentCompleted that holds a text",
        ),
        (
            "esi-2003",
            "{every: smart}",
            "{every: x}",
            "'objectives' of SupervisionPlanMade is no list of parts with a field 'x'",
        ),
        (
            "esi-2003",
            "{objectives: {every: smart}}",
            "{recorded_at: {every: smart}}",
            "'recorded_at' of Supervis",
        ),
        (
            "esi-2003",
            "each: interventions",
            "each: by",
            "each: 'by' is no field of SupervisionPlanMade that holds any kind",
        ),
    ],
)
def test_a_field_that_the_entries_do_not_have_is_refused_before_anything_is_scored(
    tmp_path: Path, shipped: str, was: str, now: str, words: str
) -> None:
    is_edition = shipped == "2005"
    text = (STANDARDS / "ns-2005.yaml" if is_edition else FRAMEWORKS / "esi-2003.yaml").read_text(encoding="utf-8")
    assert was in text
    (path := tmp_path / "own.yaml").write_text(text.replace(was, now), encoding="utf-8")
    with pytest.raises(PolicyError, match=r"own\.yaml line \d+") as refused:
        read_edition(path) if is_edition else read_framework(path)
    assert words in str(refused.value)


def test_a_file_that_leads_out_of_the_folder_or_is_too_long_is_refused(folder: Path, tmp_path_factory: Any) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "x.yaml"
    elsewhere.write_text(NEW)
    (folder / "standards" / "link.yaml").symlink_to(elsewhere)
    with pytest.raises(PolicyError, match="leads out of the folder"):
        standards_over([folder])
    (folder / "standards" / "link.yaml").unlink()
    put(folder, "long.yaml", "#" * (LONGEST + 1))
    with pytest.raises(PolicyError, match="more than 2,000,000 bytes"):
        standards_over([folder])
    (folder / "standards" / "long.yaml").unlink()
    (folder / "standards" / "folder.yaml").mkdir()
    with pytest.raises(PolicyError, match=r"folder.yaml: it is no file that can be read"):
        standards_over([folder])


def test_the_check_goes_on_past_what_it_never_opens_and_says_each_thing_once(folder: Path) -> None:
    """A pipe would hold whoever opens it for ever."""
    put(folder, "local.yaml", NEW)
    os.mkfifo(folder / "standards" / "pipe.yaml")
    put(folder, "long.yaml", "#" * (policy_folders.LONGEST + 1))
    said = CliRunner().invoke(main, ["policy", "check", str(folder)])
    assert said.exit_code == 1 and "standards/local.yaml: sound" in said.output
    assert "pipe.yaml: it is no file that can be read" in said.output and "2,000,000 bytes" in said.output
    for name in ("pipe.yaml", "long.yaml"):
        (folder / "standards" / name).unlink()
    put(folder, "twice.yaml", NEW)
    said = CliRunner().invoke(main, ["policy", "check", str(folder)])
    assert said.exit_code == 1 and said.output.count("'2030' is there already") == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            NEW.encode().replace(b"Local", b"Caf\xe9"),
            "bad.yaml line 3: not readable as YAML in UTF-8: save the file as UTF-8",
        ),
        (
            NEW.encode() + b"x: \0",
            f"bad.yaml line {NEW.count(chr(10)) + 1}: not readable as YAML: the character U+0000",
        ),
    ],
)
def test_what_is_no_utf8_text_is_one_fault_with_its_line(folder: Path, content: bytes, words: str) -> None:
    (folder / "standards" / "bad.yaml").write_bytes(content)
    said = CliRunner().invoke(main, ["policy", "check", str(folder)])
    assert said.exit_code == 1 and "1 fault\n" in said.output and words in said.output


@pytest.mark.parametrize(
    "made", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to(path)], ids=["folder", "pipe", "loop"]
)
def test_what_is_no_file_is_refused_and_not_waited_for(folder: Path, made: Callable[[Path], None]) -> None:
    made(folder / "standards" / "x.yaml")
    with pytest.raises(PolicyError, match=r"x\.yaml: it is no file that can be read"):
        standards_over([folder])


def test_the_check_says_what_is_sound_and_of_a_folder_that_it_is_none(folder: Path, tmp_path: Path) -> None:
    put(folder, "local.yaml", NEW)
    said = CliRunner().invoke(main, ["policy", "check", str(folder)])
    assert (said.exit_code, said.output) == (0, "standards/local.yaml: sound\n")
    for place, words in (
        (tmp_path / "nowhere", "there is no such folder"),
        (tmp_path / "standards", "neither standards/ nor"),
    ):
        said = CliRunner().invoke(main, ["policy", "check", str(place)])
        assert said.exit_code == 2 and words in said.output
    shutil.rmtree(folder / "standards")
    (folder / "measures").mkdir()
    assert "no policy is laid over in 'measures'" in CliRunner().invoke(main, ["policy", "check", str(folder)]).output


def test_a_command_says_which_laid_over_file_is_at_fault(laid: Path) -> None:
    put(laid, "half.yaml", NEW[: NEW.index("values:") + 20])
    said = CliRunner().invoke(main, ["standards"])
    assert said.exit_code == 2 and "half.yaml line" in said.output and "Traceback" not in said.output


def documents(kind: Kind) -> Iterator[tuple[str, Any]]:
    where, pattern = policy_folders.SHIPPED[kind]
    for path in sorted(where.glob(pattern)):
        plain, _ = read_yaml(path.read_text(encoding="utf-8"))
        yield path.name, plain


@pytest.mark.parametrize("kind", ["standards", "frameworks"])
def test_the_json_schema_takes_every_file_that_ships(kind: Kind) -> None:
    validator = jsonschema.Draft202012Validator(json_schema(kind))
    validator.check_schema(json_schema(kind))
    for name, plain in documents(kind):
        assert [error.message for error in validator.iter_errors(plain)] == [], name


def test_the_json_schema_refuses_what_the_reader_refuses() -> None:
    validator = jsonschema.Draft202012Validator(json_schema("standards"))
    plain = yaml.safe_load(NEW) | {"start": "2030-01-01"}
    assert validator.is_valid(plain)
    faulty: list[dict[str, Any]] = [
        {k: v for k, v in plain.items() if k != "cite"}, plain | {"sure": "Q"}, plain | {"strange": 1}, plain | {"clauses": {}},
        plain | {"clauses": [plain["clauses"][0] | {"id": "Not Words"}]}, plain | {"start": "soon"},
    ]  # fmt: skip
    assert [validator.is_valid(one) for one in faulty] == [False] * len(faulty)


def test_the_schema_is_printed(folder: Path) -> None:
    said = CliRunner().invoke(main, ["policy", "schema", "frameworks"])
    assert said.exit_code == 0 and '"$schema"' in said.output
    assert frameworks_over([folder]).keys() == frameworks().keys()


def test_a_framework_may_stand_on_another_of_its_folder_and_ask_for_clauses_of_its_editions(folder: Path) -> None:
    put(folder, "local.yaml", NEW)
    shipped = (FRAMEWORKS / "omi-2006.yaml").read_text(encoding="utf-8")
    for name, base in (("a", "esi-2003"), ("b", "a-2030")):
        text = shipped.replace("framework: omi-2006", f"framework: {name}-2030").replace(
            "base: esi-2003", f"base: {base}"
        )
        put(folder, f"{name}.yaml", text, "frameworks")
    found = frameworks_over([folder])
    assert {"a-2030", "b-2030"} <= found.keys()
    assert "a-2030" not in frameworks(), "what is looked at is not laid over"


def test_the_example_of_the_docs_is_sound(folder: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "policy.md").read_text(encoding="utf-8")
    example = page.partition("## An example")[2].partition("A clause that means")[0]
    lines = [line.removeprefix("    ") for line in example.splitlines() if line.startswith("    ")]
    put(folder, "local.yaml", "\n".join(lines))
    assert standards_over([folder]).editions[-1].id == "2030"
