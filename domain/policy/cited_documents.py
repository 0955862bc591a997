"""Policy documents: YAML files of cited values, read through marshmallow so that an uncited value does not load.

An error names the file, the clause (or question) and the line, and says what would be right.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from domain.policy.kept_texts import PolicyText

if TYPE_CHECKING:
    from domain.policy.yaml_reader import YamlPlace

LONGEST = 2_000_000
"""Bytes of one document; the longest that ships has 40,000."""

STANDARDS = Path(__file__).parent / "standards"
FRAMEWORKS = Path(__file__).parent / "frameworks"
MEASURES = Path(__file__).parent / "measures"

SURE = {
    "F": "found in a public source",
    "R": "to be checked against the printed edition",
    "U": "unsure",
    "P": "ours: the printed standards do not say",
}

MARKS = {"F": "found", "R": "recalled", "U": "unsure", "P": "ours"}
"""The same in a word, as it stands beside a verdict."""


Problem = tuple[tuple[Any, ...], str]
"""A place in a document (names of parts and numbers of items, from the top) and what is wrong there."""


class PolicyError(ValueError):
    """A policy document that cannot be used: which file, where in it, and what was expected."""


class Document(Schema):
    class Meta:
        unknown = RAISE


class Cited(Document):
    """Anything that states a value: where it is printed, and how sure we are of it.

    ``sure`` is F (found), R (recalled; to be checked against the printed edition), U (unsure) or P (a
    parameter of ours). U and P need a remark.
    """

    cite = fields.String(
        required=True,
        validate=validate.Length(min=1),
        error_messages={"required": "missing; a value without a citation does not load: name one of the sources"},
    )
    sure = fields.String(
        required=True,
        validate=validate.OneOf(SURE, error="'{input}' is not F (found), R (recalled), U (unsure) or P (ours)"),
        error_messages={"required": "missing; say F (found), R (recalled), U (unsure) or P (ours)"},
    )
    remark = fields.String(validate=validate.Length(min=1))

    @validates_schema
    def unsure_needs_remark(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("sure") in ("U", "P") and not data.get("remark"):
            raise ValidationError(
                "missing; an unsure value says what is unsure about it, one of ours what the source does not say",
                "remark",
            )


def read_plain(path: PolicyText) -> dict[str, Any]:
    """The values of a document before any check; ``PolicyError`` where it is too long or not YAML with named parts."""
    plain, _ = _parsed(path)
    return plain


def line_of(path: PolicyText, part: str) -> int:
    """The line on which a part of a document stands; 0 where it has none. ``PolicyError`` as ``read_plain``."""
    _, places = _parsed(path)
    return places.parts[part].line if part in places.parts else 0


def read_document(
    path: PolicyText, schema: Schema, *, check: Callable[[Any, Sequence[Problem]], Iterable[Problem]] | None = None
) -> Any:
    """The document at ``path`` as its schema loads it; ``PolicyError`` lists everything that is wrong, with file and line.

    ``check`` is called with the plain document and the problems of its form. It returns further problems.
    """
    plain, places = _parsed(path)
    loaded, problems = None, list[Problem]()
    try:
        loaded = schema.load(plain)
    except ValidationError as error:
        problems = flatten(error.messages)
    if check is not None:
        problems += check(plain, tuple(problems))
    if problems:
        located = [_located(path, plain, places, where, what) for where, what in problems]
        raise PolicyError("\n".join(text for _, text in sorted(located, key=lambda one: one[0])))
    return loaded


def _parsed(path: PolicyText) -> tuple[dict[str, Any], "YamlPlace"]:
    """The values of a document, and the line of each. All policy comes through here, from a file or out of a record."""
    from domain.policy.yaml_reader import MarkedYAMLError, YAMLError, read_yaml

    content = path.read_bytes()
    if len(content) > LONGEST:
        raise PolicyError(f"{path.name}: it has more than {LONGEST:,} bytes; no policy file is so long")
    text = ""
    try:
        text = content.decode("utf-8")
        plain, places = read_yaml(text)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise PolicyError(f"{path.name} line {line}: not readable as YAML in UTF-8: save the file as UTF-8") from None
    except MarkedYAMLError as error:
        line = min(error.problem_mark.line, text.count("\n")) + 1 if error.problem_mark else 1
        raise PolicyError(f"{path.name} line {line}: not readable as YAML: {error.problem}") from None
    except YAMLError as error:
        line = text.count("\n", 0, getattr(error, "position", 0)) + 1
        said = str(error).splitlines()[0]
        raise PolicyError(f"{path.name} line {line}: not readable as YAML in UTF-8: {said}") from None
    if not isinstance(plain, dict):
        raise PolicyError(f"{path.name} line 1: expected a document with named parts, found none")
    return plain, places


def flatten(messages: Any, where: tuple[Any, ...] = ()) -> list[Problem]:
    """The messages of a marshmallow schema as a flat list of problems."""
    if isinstance(messages, Mapping):
        return [
            found
            for key, inner in messages.items()
            for found in flatten(inner, where if key == "_schema" else (*where, key))
        ]
    return [(where, PLAINER.get(str(m), str(m))) for m in messages]


PLAINER = {
    "Unknown field.": "is not a part known here", "Missing data for required field.": "missing",
    "Field may not be null.": "null; leave it out or give a value", "Not a valid date.": "is not a day; write it like 2030-01-01",
    "Not a valid string.": "is not text; put it in quotes", "Not a valid list.": "is not a list",
    "Not a valid integer.": "is not a whole number", "Not a valid boolean.": "is neither true nor false",
    "Not a valid mapping type.": "has no named parts", "Invalid input type.": "has no named parts",
}  # fmt: skip
"""What schemas say of a value, in plainer words."""


def _located(path: PolicyText, plain: Any, places: "YamlPlace", where: tuple[Any, ...], what: str) -> tuple[int, str]:
    """The line of a problem and its message: ``file line N, 'id': field: what``.

    The line is that of the deepest part on the way to the problem that is in the file.
    """
    name, value, place = "", plain, places
    for step in where:
        if step not in place.parts:
            break
        place, value = place.parts[step], value[step]
        if isinstance(value, Mapping) and "id" in value:
            name = f", '{value['id']}'"
    field = ".".join(str(step) for step in where if not isinstance(step, int)) or "document"
    return place.line, f"{path.name} line {place.line}{name}: {field}: {what}"
