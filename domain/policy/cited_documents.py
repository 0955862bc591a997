"""Policy documents: YAML files of cited values, read through marshmallow so that an uncited value does not load.

An error names the file, the clause (or question) and the line, and says what would be right.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

STANDARDS = Path(__file__).parent / "standards"
FRAMEWORKS = Path(__file__).parent / "frameworks"

SURE = {"F": "found in a public source", "R": "to be checked against the printed edition", "U": "unsure"}


Problem = tuple[tuple[Any, ...], str]
"""What is wrong in a document, and the way to it: names of parts and numbers of items, from the top."""


class PolicyError(ValueError):
    """A policy document that cannot be used: which file, where in it, and what was expected."""


class Document(Schema):
    class Meta:
        unknown = RAISE


class Cited(Document):
    """Anything that states a value: where it is printed, and how sure we are of it.

    ``sure`` is F (found), R (recalled; to be checked against the printed edition) or U (unsure). U needs a remark.
    """

    cite = fields.String(
        required=True,
        validate=validate.Length(min=1),
        error_messages={"required": "missing; a value without a citation does not load: name one of the sources"},
    )
    sure = fields.String(
        required=True,
        validate=validate.OneOf(SURE, error="'{input}' is not F (found), R (recalled) or U (unsure)"),
        error_messages={"required": "missing; say F (found), R (recalled) or U (unsure)"},
    )
    remark = fields.String(validate=validate.Length(min=1))

    @validates_schema
    def unsure_needs_remark(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("sure") == "U" and not data.get("remark"):
            raise ValidationError("missing; an unsure value says what is unsure about it", "remark")


def read_plain(path: Path) -> dict[str, Any]:
    """The values of a document, as plain ones and not yet checked; ``PolicyError`` where it is not one."""
    plain = _plain(_parsed(path))
    assert isinstance(plain, dict)
    return plain


def read_document(
    path: Path, schema: Schema, *, check: Callable[[Any, Sequence[Problem]], Iterable[Problem]] | None = None
) -> Any:
    """The document at ``path`` as its schema makes it; ``PolicyError`` for anything amiss.

    ``check`` says what else is wrong with the plain document, given what is wrong with its shape.
    """
    raw = _parsed(path)
    plain, loaded, problems = _plain(raw), None, list[Problem]()
    try:
        loaded = schema.load(plain)
    except ValidationError as error:
        problems = flatten(error.messages)
    if check is not None:
        problems += check(plain, tuple(problems))
    if problems:
        located = [_located(path, raw, where, what) for where, what in problems]
        raise PolicyError("\n".join(text for _, text in sorted(located, key=lambda one: one[0])))
    return loaded


def _parsed(path: Path) -> Mapping[Any, Any]:
    try:
        raw = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PolicyError(f"{path.name} line {line}: not readable as YAML: {error.problem}") from None
    except (YAMLError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path.name}: not readable as YAML in UTF-8: {error}") from None
    if not isinstance(raw, Mapping):
        raise PolicyError(f"{path.name} line 1: expected a document with named parts, found none")
    return raw


def _plain(value: Any) -> Any:
    """Ruamel's containers as plain ones, days as the text they were written as."""
    if isinstance(value, Mapping):
        return {_plain(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool) or value is None:
        return value
    for kind in (int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value


def flatten(messages: Any, where: tuple[Any, ...] = ()) -> list[Problem]:
    """What a schema's messages say is wrong, and where."""
    if isinstance(messages, Mapping):
        return [
            found
            for key, inner in messages.items()
            for found in flatten(inner, where if key == "_schema" else (*where, key))
        ]
    return [(where, {"Unknown field.": "is not a part known here"}.get(str(m), str(m))) for m in messages]


def _located(path: Path, raw: Any, where: tuple[Any, ...], what: str) -> tuple[int, str]:
    """The line, and ``file line N, clause 'id': field: what``, by walking down to the deepest place that has a line."""
    line, name, node = 1, "", raw
    for step in where:
        try:
            position = node.lc.data[step] if hasattr(node, "lc") and node.lc.data else None
            node = node[step]
        except (KeyError, IndexError, TypeError):
            break
        if position:
            line = position[0] + 1
        if isinstance(node, Mapping) and "id" in node:
            name = f", '{node['id']}'"
    field = ".".join(str(step) for step in where if not isinstance(step, int)) or "document"
    return line, f"{path.name} line {line}{name}: {field}: {what}"
