"""A text that a record keeps is what it is kept as, or is refused in words, when it comes and when it is read."""

import json
from pathlib import Path

import pytest

from domain.aggregates.kept_policy import check_text
from domain.entries.code_lists import PolicyKind
from domain.entries.inspection_entries import PolicyKept
from domain.entries.refusals import Refused
from domain.entries.schemas import load_entry
from domain.policy.cited_documents import FRAMEWORKS, STANDARDS, PolicyError
from domain.policy.frameworks.framework_files import framework_names
from domain.policy.frameworks.kept_framework import framework_by, texts_in_force
from domain.policy.kept_check import check_named
from domain.policy.kept_texts import KeptText, KeptTexts, digest_of_text

PRACTICE = (STANDARDS / "practice.yaml").read_text(encoding="utf-8")
ESI = (FRAMEWORKS / "esi-2003.yaml").read_text(encoding="utf-8")
E2011 = (STANDARDS / "ns-2011.yaml").read_text(encoding="utf-8")
LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)

REFUSED: list[tuple[PolicyKind, str, str, str]] = [
    ("standards", "2007", E2011, "the edition 2007 line 4: edition: it is kept as '2007', and says that it is '2011'"),
    ("standards", "2007", "edition: 2007\n", "the edition 2007 line 1: edition: it is kept as '2007', and says that it is 2007"),
    ("frameworks", "ours", "framework: theirs\n", "line 1: framework: it is kept as 'ours', and says that it is 'theirs'"),
    ("tiering", "tiering", PRACTICE, "line 1: it is kept as rules of tiering, and holds rules of practice"),
    ("frameworks", "2011", E2011, "the framework 2011 line 1: it is kept as a framework, and holds an edition"),
    ("frameworks", "x", "framework: x\nedition: x\n", "it is kept as a framework, and holds an edition and a framework"),
    ("practice", "ours", PRACTICE, "parameters: it is kept as 'ours', and says that it is 'practice'"),
    ("standards", "x", "title: x\n", "and holds none of the parts edition, framework, parameters, v2"),
    ("standards", "x", "- x\n", "line 1: expected a document with named parts, found none"),
    ("standards", "x", "edition: x\nedition: x\n", "line 2: not readable as YAML: found duplicate key"),
    ("standards", "x", LAUGHS, "line 5: not readable as YAML: with its aliases written out it holds more than 100,000 values"),
    ("standards", "x", "a: " + "[" * 60 + "]" * 60, "line 1: not readable as YAML: lists and parts lie more than 50 deep"),
    ("standards", "x", "edition: x\n#" + "é" * 1_000_000, "it has more than 2,000,000 bytes"),
    ("standards", "x", "edition: x\nb: \x00", "line 2: not readable as YAML: the character U+0000 stands in no text"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "named", "text", "words"), REFUSED, ids=[f"{r[0]}-{n}" for n, r in enumerate(REFUSED)]
)
def test_a_text_that_is_not_what_it_is_kept_as_is_refused(kind: PolicyKind, named: str, text: str, words: str) -> None:
    fact = load_entry(
        "PolicyKept",
        {
            "entry": digest_of_text(text),
            "occurred_on": "2005-10-03",
            "recorded_at": "2005-10-03T12:00:00+01:00",
            "kind": kind,
            "named": named,
            "text": text,
        },
    )
    assert isinstance(fact, PolicyKept)
    with pytest.raises(Refused) as refused:
        check_text(fact)
    assert (refused.value.field, words in str(refused.value)) == ("text", True), str(refused.value)


@pytest.mark.parametrize(
    ("kind", "named", "text", "words"), REFUSED, ids=[f"{r[0]}-{n}" for n, r in enumerate(REFUSED)]
)
def test_one_that_was_stored_before_it_was_refused_is_told_when_it_is_read(
    kind: PolicyKind, named: str, text: str, words: str
) -> None:
    rest = [one for one in texts_in_force("esi-2003").texts if (one.kind, one.id) != (kind, named)]
    texts = KeptTexts.of([*rest, KeptText(kind, named, text, digest_of_text(text))])
    for _ in range(2):  # the second time from memory
        with pytest.raises(PolicyError) as told:
            framework_by(texts, "esi-2003")
        assert words in str(told.value)


@pytest.mark.parametrize("framework", framework_names())
def test_what_ships_is_what_it_is_kept_as(framework: str) -> None:
    for text in texts_in_force(framework).texts:
        check_named(text)


@pytest.mark.parametrize("name", ["../../../out", "x/../../../out", "x\0y", "n" * 200])
def test_what_an_imported_framework_is_called_names_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    text = ESI.replace("framework: esi-2003", f"framework: {json.dumps(name)}")
    rest = [one for one in texts_in_force("esi-2003").texts if one.kind != "frameworks"]
    read = framework_by(KeptTexts.of([*rest, KeptText("frameworks", name, text, digest_of_text(text))]), name)
    assert read.id == name
    assert {path.name for path in tmp_path.iterdir()} <= {"cache"}
    kept = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert kept and all(path.parent == tmp_path / "cache" / "caseaudit" / "kept" for path in kept)


@pytest.mark.parametrize("kind", ["practice", "tiering"])
def test_rules_that_this_version_cannot_read_are_told_with_the_framework(kind: PolicyKind) -> None:
    text = "parameters: []\n" if kind == "practice" else "v2: {}\n"
    rest = [one for one in texts_in_force("esi-2003").texts if one.kind != kind]
    with pytest.raises(PolicyError, match=f"the kept text of the rules of {kind} line 1"):
        framework_by(KeptTexts.of([*rest, KeptText(kind, kind, text, digest_of_text(text))]), "esi-2003")
