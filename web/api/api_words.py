"""The OpenAPI document in words: its operations by tag and its schemas, as the docs page shows them."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

Document = Mapping[str, Any]

PLACES = ("path", "query", "header")

LINES = "application/x-ndjson"
"""The form of what is sent as one object a line."""

METHODS = ("get", "post", "put", "patch", "delete")


class TypeWords(NamedTuple):
    """The type of a value: words, and the schema that they lead to, if any."""

    words: str
    schema: str = ""


class FieldWords(NamedTuple):
    """A parameter of an operation or a field of a schema. ``where``: path, query or header; empty for a field.

    ``default``: what holds without it, if anything does.
    """

    name: str
    type: TypeWords
    required: bool
    says: str
    example: Any = None
    where: str = ""
    default: Any = None


class AnswerWords(NamedTuple):
    status: str
    says: str
    type: TypeWords | None


class SentWords(NamedTuple):
    """A form in which something is sent: its media type, and the type of it."""

    form: str
    says: str
    type: TypeWords


class OperationWords(NamedTuple):
    """An operation. ``sends``: the forms of what is sent, if anything is; ``problems``: statuses; ``curl``: a call of it."""

    id: str
    method: str
    path: str
    summary: str
    says: str
    open_to: list[str]
    right: str
    parameters: list[FieldWords]
    sends: list[SentWords]
    answers: list[AnswerWords]
    problems: list[str]
    curl: str


class TagWords(NamedTuple):
    name: str
    says: str
    operations: list[OperationWords]


class SchemaWords(NamedTuple):
    name: str
    says: str
    fields: list[FieldWords]


def tags(document: Document) -> list[TagWords]:
    """The operations, by tag in the order of the document."""
    found = [
        (operation["tags"][0], _operation(document, path, method, item))
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]
    return [
        TagWords(tag["name"], tag.get("description", ""), [words for name, words in found if name == tag["name"]])
        for tag in document.get("tags", ())
    ]


def schemas(document: Document) -> list[SchemaWords]:
    """The schemas, by name."""
    return [
        SchemaWords(name, schema.get("description", ""), list(_fields(schema)))
        for name, schema in sorted(document["components"]["schemas"].items())
    ]


def type_of(schema: Mapping[str, Any]) -> TypeWords:
    """The type of a value in words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return TypeWords(name, name)
    for way in ("allOf", "anyOf", "oneOf"):
        if way in schema:
            parts = [type_of(part) for part in schema[way]]
            return TypeWords(" or ".join(part.words for part in parts), next((p.schema for p in parts if p.schema), ""))
    if "enum" in schema:
        return TypeWords(
            "one of: " + ", ".join("null" if word is None else str(word) or "(empty)" for word in schema["enum"])
        )
    kinds = schema.get("type", "any")
    words = " or ".join([kinds] if isinstance(kinds, str) else kinds)
    if "items" in schema:
        inner = type_of(schema["items"])
        return TypeWords(f"list of {inner.words}", inner.schema)
    if schema.get("additionalProperties"):
        inner = type_of(schema["additionalProperties"])
        return TypeWords(f"object of {inner.words}", inner.schema)
    bounds = [f"{word} {schema[key]}" for key, word in (("minimum", "from"), ("maximum", "to")) if key in schema]
    form = f" ({schema['format']})" if "format" in schema else ""
    return TypeWords(" ".join([words + form, *bounds]))


def _operation(document: Document, path: str, method: str, item: Mapping[str, Any]) -> OperationWords:
    operation = item[method]
    parameters = [_parameter(one) for one in (*item.get("parameters", ()), *operation.get("parameters", ()))]
    parameters.sort(key=lambda one: PLACES.index(one.where))
    answers = sorted(operation["responses"].items(), key=lambda one: str(one[0]))
    title, _, more = operation.get("summary", "").partition(". ")
    return OperationWords(
        operation["operationId"], method.upper(), path, title.rstrip("."), f"{more} {operation.get('description', '')}".strip(),
        operation.get("x-open-to", []), operation.get("x-machine-right", ""), parameters, _sends(operation),
        [_answer(status, said) for status, said in answers if "$ref" not in said],
        [status for status, said in answers if "$ref" in said and status != "default"],
        _curl(method, path, parameters, _who(document, operation), _sent(document, operation)),
    )  # fmt: skip


def _parameter(one: Mapping[str, Any]) -> FieldWords:
    schema = one.get("schema", {})
    default = _spelled(schema.get("default"))
    example = _spelled(one.get("example", schema.get("example", default)))
    return FieldWords(
        one["name"], type_of(schema), one.get("required", False), one.get("description", schema.get("description", "")),
        example, one["in"], default,
    )  # fmt: skip


def _spelled(value: Any) -> Any:
    """A value as an address has it."""
    return json.dumps(value) if isinstance(value, bool) else value


def _answer(status: str, answer: Mapping[str, Any]) -> AnswerWords:
    return AnswerWords(status, answer.get("description", "").rstrip("."), _content(answer))


def _sends(operation: Mapping[str, Any]) -> list[SentWords]:
    content = operation.get("requestBody", {}).get("content", {})
    return [
        SentWords(form, part["schema"].get("description", "").rstrip("."), type_of(part["schema"]))
        for form, part in content.items()
    ]


def _content(part: Mapping[str, Any]) -> TypeWords | None:
    for content in part.get("content", {}).values():
        return type_of(content.get("schema", {}))
    return None


def _fields(schema: Mapping[str, Any]) -> Iterable[FieldWords]:
    required = schema.get("required", ())
    for name, part in schema.get("properties", {}).items():
        yield FieldWords(name, type_of(part), name in required, part.get("description", ""), part.get("example"))


def _who(document: Document, operation: Mapping[str, Any]) -> str:
    """How a call shows who asks: by a token where the operation is open to machines, else by a session."""
    ways = operation.get("security", document.get("security", ()))
    if any("bearer" in way for way in ways):
        return '-H "Authorization: Bearer $TOKEN"'
    return f'-b "{document["components"]["securitySchemes"]["session"]["name"]}=$COOKIE"'


def _sent(document: Document, operation: Mapping[str, Any]) -> list[str]:
    """What a call sends: lines from a file where the operation takes them, else an object with an example of each field."""
    content = operation.get("requestBody", {}).get("content", {})
    if LINES in content:
        return [f'-H "Content-Type: {LINES}" --data-binary @entries.ndjson']
    if not content:
        return []
    (kind, body), *_ = content.items()
    fields = document["components"]["schemas"][type_of(body["schema"]).schema]["properties"]
    example = json.dumps({name: part.get("example") for name, part in fields.items()})
    return [f"-H \"Content-Type: {kind}\" -d '{example}'"]


def _curl(method: str, path: str, parameters: Iterable[FieldWords], who: str, sent: list[str]) -> str:
    """A call, with the examples of the path, the headers that it needs, and the first two of the query that differ from what holds
    without them."""
    asked, headers = [], []
    for one in parameters:
        if one.where == "path":
            path = path.replace("{" + one.name + "}", quote(str(one.example or ""), safe=""))
        elif one.where == "query" and one.example not in (None, one.default):
            asked.append((one.name, str(one.example)))
        elif one.where == "header" and one.required:
            headers.append(f"-H '{one.name}: {one.example}'")
    query = f"?{urlencode(asked[:2], safe=':')}" if asked else ""
    lines = [f"{'curl' if method == 'get' else f'curl -X {method.upper()}'} {who}", *headers, *sent]
    return " \\\n  ".join([*lines, f'"$SITE{path}{query}"'])
