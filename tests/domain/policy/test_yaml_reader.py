"""YAML as policy and mappings are written in it: the core schema of version 1.2, with lines, and nothing said twice."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from domain.policy.cited_documents import PolicyError, read_plain
from domain.policy.yaml_reader import YamlPlace, read_yaml

READ_AS: list[tuple[str, Any]] = [
    ("true", True), ("False", False), ("TRUE", True), ("tRue", "tRue"),
    ("on", "on"), ("yes", "yes"), ("No", "No"), ("OFF", "OFF"), ("y", "y"),
    ("12:30", "12:30"), ("1:20:30", "1:20:30"), ("12:30.5", "12:30.5"),
    ("0o10", 8), ("010", 10), ("08", 8), ("0o8", "0o8"), ("0x1F", 31), ("-0b101", -5), ("1_000", 1000), ("+5", 5),
    ("1.5", 1.5), ("1.", 1.0), ("-.5", -0.5), ("1e3", 1000.0), (".inf", float("inf")), ("--", "--"), (".", "."),
    ("~", None), ("null", None), ("", None), ("nil", "nil"), ("=", "="), ("'true'", "true"), ('"12"', "12"), ("!!str 12", "12"),
    ("2005-04-06", "2005-04-06"), ("2005-4-6", "2005-4-6"), ("2005-04-06 10:00", "2005-04-06 10:00"),
    ("2005-04-06 10:00:00", "2005-04-06T10:00:00"), ("2005-04-06T10:00:00Z", "2005-04-06T10:00:00+00:00"),
    ("2005-04-06T10:00:00+01:00", "2005-04-06T10:00:00+01:00"), ("2005-02-30", "2005-02-30"), ("2005-00-00", "2005-00-00"),
    ("2005-02-28 25:61:00", "2005-02-28 25:61:00"), ("2005-02-28T10:00:00+99:00", "2005-02-28T10:00:00+99:00"),
    ("[a, 1, [true]]", ["a", 1, [True]]), ("{1: a, on: b}", {1: "a", "on": "b"}), ("{a:1}", {"a:1": None}),
    ("[http://a:8/b]", ["http://a:8/b"]), ("a # said", "a"), ("a#b", "a#b"), ("|-\n  a\n  b", "a\nb"), (">\n  a\n  b\n", "a b\n"),
    ("{<<: {b: 1, c: 2}, c: 3}", {"b": 1, "c": 3}), ("[&x {a: 1}, *x]", [{"a": 1}, {"a": 1}]),
]  # fmt: skip


@pytest.mark.parametrize(("written", "value"), READ_AS)
def test_a_value_is_read_by_the_core_schema(written: str, value: Any) -> None:
    read = read_yaml(f"first: x\nvalue: {written}\n")[0]["value"]
    assert (read, type(read)) == (value, type(value))


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
"""A text of 600 characters that holds 10,000,000,000 values, written out."""

REFUSED = {
    "a key that stands twice": ("a: 1\nb: 2\na: 3\n", 'line 3: not readable as YAML: found duplicate key "a"'),
    "twice inside a list": ("a:\n- b: 1\n- c: 1\n  c: 2\n", 'line 4: not readable as YAML: found duplicate key "c"'),
    "a number that stands twice": ("{8: a,\n 0o10: b}", 'line 2: not readable as YAML: found duplicate key "8"'),
    "a kind of its own": ("a: !python/name:os.system x\n", "line 1: not readable as YAML: could not determine"),
    "a set": ("a: 1\nb: !!set {x}\n", "line 2: not readable as YAML: could not determine a constructor"),
    "bytes": ("a: !!binary eA==\n", "line 1: not readable as YAML: could not determine a constructor"),
    "a list as a key": ("a: 1\n? [b]\n: 2\n", "line 2: not readable as YAML: found unhashable key"),
    "a loop": ("a: 1\nb: &x\n  c: *x\n", "line 2: not readable as YAML: found an alias inside what it names"),
    "an alias of nothing": ("a: 1\nb: *x\n", "line 2: not readable as YAML: found undefined alias"),
    "two documents": ("a: 1\n---\nb: 1\n", "line 2: not readable as YAML: but found another document"),
    "not closed": ("a: [1", "line 1: not readable as YAML: did not find expected"),
    "not closed, with an end of line": ("a: 1\nb: [1\n", "line 3: not readable as YAML: did not find expected"),
    "a colon too many": ("a: 1\nb: c: d\n", "line 2: not readable as YAML: mapping values are not allowed"),
    "aliases of aliases": (
        BOMB,
        "line 5: not readable as YAML: with its aliases written out it holds more than 100,000 values",
    ),
    "a long text many times": (
        f"a: &a {'x' * 1_000_000}\nb:\n- *a\n- *a\n- *a\n",
        "line 5: not readable as YAML: with its aliases written out it holds more than 2,000,000 characters",
    ),
    "too many values": (
        "[" + "1," * 100_001 + "]",
        "line 1: not readable as YAML: with its aliases written out it holds",
    ),
    "too deep": ("a: " + "[" * 60 + "]" * 60, "line 1: not readable as YAML: lists and parts lie more than 50 deep"),
    "so deep that the parser gives up": ("[" * 100_000, "line 1: not readable as YAML: exceeded maximum nesting depth"),
    "too deep by aliases": (
        "a0: &a0 [x]\n" + "".join(f"a{n + 1}: &a{n + 1} [*a{n}]\n" for n in range(60)),
        "line 49: not readable as YAML: lists and parts lie more than 50 deep",
    ),
    "no text": ("a: 1\nb: \x00", "line 2: not readable as YAML: the character U+0000 stands in no text"),
    "half a character": ("a: 1\nb: \udce9", "line 2: not readable as YAML in UTF-8: save the file as UTF-8"),
    "no yes or no": ("a: 1\nb: !!bool maybe\n", "line 2: not readable as YAML: 'maybe' is not what bool stands for"),
    "no number": ("a: !!float ''\n", "line 1: not readable as YAML: '' is not what float stands for"),
    "no time": ("a: !!timestamp x\n", "line 1: not readable as YAML: 'x' is not what timestamp stands for"),
    "a number of 5,000 digits": ("a: " + "9" * 5_000, "line 1: not readable as YAML: Exceeds the limit"),
    "a list": ("- a\n- b\n", "line 1: expected a document with named parts"),
    "nothing": ("# said\n", "line 1: expected a document with named parts"),
}


@pytest.mark.parametrize(("text", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(PolicyError) as refused:
        read_plain(path)
    assert str(refused.value).startswith(f"policy.yaml {said}")


def test_a_text_of_more_than_two_million_bytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text("a: 1\n#" + "é" * 1_000_000, encoding="utf-8")
    with pytest.raises(
        PolicyError, match=r"^policy\.yaml: it has more than 2,000,000 bytes; no policy file is so long$"
    ):
        read_plain(path)


def test_every_part_has_the_line_of_its_key_or_of_itself() -> None:
    _, place = read_yaml("# said\na:\n  - b\n  - c: |\n      long\n    d:\n      e\nf: {<<: {g: 1},\n  h: 2}\n")
    c, d = YamlPlace(4, {}), YamlPlace(6, {})
    assert place == YamlPlace(1, {
        "a": YamlPlace(2, {0: YamlPlace(3, {}), 1: YamlPlace(4, {"c": c, "d": d})}),
        "f": YamlPlace(8, {"h": YamlPlace(9, {})}),
    })  # fmt: skip


def test_without_the_c_parser_it_says_what_to_install() -> None:
    code = "import yaml; yaml.__with_libyaml__ = False; import domain.policy.yaml_reader"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.stderr.splitlines()[-1].startswith("ImportError: PyYAML is installed without its C parser (libyaml)")
