"""The OpenAPI document in words: its operations by tag and its schemas, as the docs page shows them."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

Document = Mapping[str, Any]

PLACES = ("path", "query", "header")

METHODS = ("get", "post", "put", "patch", "delete")


class TypeWords(NamedTuple):
    """The type of a value: words, and the schema that they lead to, if any."""

    words: str
    schema: str = ""


class FieldWords(NamedTuple):
    """A parameter of an operation or a field of a schema. ``where``: path, query or header; empty for a field."""

    name: str
    type: TypeWords
    required: bool
    says: str
    example: Any = None
    where: str = ""


class AnswerWords(NamedTuple):
    status: str
    says: str
    type: TypeWords | None


class OperationWords(NamedTuple):
    """An operation. ``sends``: the schema of what is sent, if anything is; ``problems``: statuses; ``curl``: a call of it."""

    id: str
    method: str
    path: str
    summary: str
    says: str
    open_to: list[str]
    right: str
    parameters: list[FieldWords]
    sends: TypeWords | None
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
    body = _content(operation.get("requestBody", {}))
    return OperationWords(
        operation["operationId"], method.upper(), path, operation.get("summary", ""), operation.get("description", ""),
        operation.get("x-open-to", []), operation.get("x-machine-right", ""), parameters, body,
        [_answer(status, said) for status, said in answers if "$ref" not in said],
        [status for status, said in answers if "$ref" in said and status != "default"],
        _curl(method, path, parameters, sends=body is not None),
    )  # fmt: skip


def _parameter(one: Mapping[str, Any]) -> FieldWords:
    schema = one.get("schema", {})
    example = one.get("example", schema.get("example", schema.get("default")))
    return FieldWords(
        one["name"], type_of(schema), one.get("required", False), one.get("description", schema.get("description", "")),
        example, one["in"],
    )  # fmt: skip


def _answer(status: str, answer: Mapping[str, Any]) -> AnswerWords:
    return AnswerWords(status, answer.get("description", ""), _content(answer))


def _content(part: Mapping[str, Any]) -> TypeWords | None:
    for content in part.get("content", {}).values():
        return type_of(content.get("schema", {}))
    return None


def _fields(schema: Mapping[str, Any]) -> Iterable[FieldWords]:
    required = schema.get("required", ())
    for name, part in schema.get("properties", {}).items():
        yield FieldWords(name, type_of(part), name in required, part.get("description", ""), part.get("example"))


def _curl(method: str, path: str, parameters: Iterable[FieldWords], *, sends: bool) -> str:
    """A call, with the examples of the path and the first two of the query."""
    asked = []
    for one in parameters:
        if one.where == "path":
            path = path.replace("{" + one.name + "}", quote(str(one.example or ""), safe=""))
        elif one.where == "query" and one.example is not None:
            asked.append((one.name, str(one.example)))
    query = f"?{urlencode(asked[:2], safe=':')}" if asked else ""
    lines = ["curl" if method == "get" else f"curl -X {method.upper()}", '-H "Authorization: Bearer $TOKEN"']
    lines += ['-H "Content-Type: application/json" -d @body.json'] if sends else []
    return " \\\n  ".join([" ".join(lines), f'"$SITE{path}{query}"'])
