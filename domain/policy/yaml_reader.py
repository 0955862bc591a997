"""YAML read by a C parser: values by the core schema of YAML 1.2, and the line on which each stands.

``true`` and ``false`` are the only words for yes and no: ``yes``, ``on`` and ``12:30`` are texts, ``010`` is ten and
``0o10`` is eight. A day is the text that it is written as. A key that stands twice is refused.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import yaml
from yaml.composer import ComposerError
from yaml.constructor import ConstructorError, SafeConstructor
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

if not yaml.__with_libyaml__:
    raise ImportError(
        "PyYAML is installed without its C parser (libyaml), which caseaudit needs; install a ready-made wheel of it: "
        "pip install --force-reinstall --only-binary :all: pyyaml"
    )

YAMLError = yaml.YAMLError
MarkedYAMLError = yaml.MarkedYAMLError

T = TypeVar("T")

_TAG = "tag:yaml.org,2002:"
MERGE = _TAG + "merge"


class CoreLoader(yaml.CSafeLoader):
    """Reads the scalars of the core schema, days and times, and merges mappings (``<<``)."""


CoreLoader.yaml_implicit_resolvers = {}  # those of the library are of YAML 1.1


_SCALARS = (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?(0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)", "-+0123456789"),
    (
        "float",
        r"[-+]?([0-9][0-9_]*\.[0-9_]*([eE][-+]?[0-9]+)?|[0-9][0-9_]*[eE][-+]?[0-9]+|\.[0-9][0-9_]*([eE][-+][0-9]+)?"
        r"|\.(inf|Inf|INF))|\.(nan|NaN|NAN)",
        "-+.0123456789",
    ),
    ("null", r"~|null|Null|NULL|", "~nN"),
    (
        "timestamp",
        r"\d{4}-\d\d-\d\d|\d{4}-\d\d?-\d\d?([Tt]|[ \t]+)\d\d?:\d\d:\d\d(\.\d*)?([ \t]*(Z|[-+]\d\d?(:\d\d)?))?",
        "0123456789",
    ),
    ("merge", "<<", "<"),
)
"""How a plain scalar of each kind is written, and the characters that it may begin with."""

for _kind, _form, _first in _SCALARS:
    CoreLoader.add_implicit_resolver(_TAG + _kind, re.compile(rf"(?:{_form})\Z", re.ASCII), list(_first))
CoreLoader.add_implicit_resolver(_TAG + "null", re.compile(r"\Z"), [""])


@dataclass(frozen=True, slots=True)
class YamlPlace:
    """Where a value stands: the line (from 1) of its key, or of itself in a list; and the places of its parts.

    ``parts`` is by key or by number in the list. What a mapping has by merging (``<<``) is not among them.
    """

    line: int
    parts: Mapping[Any, "YamlPlace"]


def read_yaml(text: str) -> tuple[Any, YamlPlace]:
    """The value of the one document in a text, and its places; None where there is no document. ``YAMLError``."""
    loader = CoreLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None, YamlPlace(1, {})
        place = YamlPlace(1, _parts(loader, node, {}))
        return loader.construct_document(node), place
    finally:
        loader.dispose()


def _parts(loader: CoreLoader, node: Node, known: dict[Node, dict[Any, YamlPlace] | None]) -> dict[Any, YamlPlace]:
    """The places of the parts of a node. ``MarkedYAMLError`` for a key that stands twice and for a loop of aliases."""
    if node not in known:
        known[node] = None
        known[node] = dict(_each_part(loader, node, known))
    found = known[node]
    if found is None:
        raise ComposerError(None, None, "found an alias inside what it names", node.start_mark)
    return found


def _each_part(
    loader: CoreLoader, node: Node, known: dict[Node, dict[Any, YamlPlace] | None]
) -> Iterator[tuple[Any, YamlPlace]]:
    if isinstance(node, SequenceNode):
        for number, item in enumerate(node.value):
            yield number, YamlPlace(item.start_mark.line + 1, _parts(loader, item, known))
    elif isinstance(node, MappingNode):
        seen = set[Any]()
        for key, value in node.value:
            if isinstance(key, ScalarNode) and key.tag != MERGE:
                name, parts = loader.construct_object(key), _parts(loader, value, known)
                if name in seen:
                    raise ConstructorError(None, None, f'found duplicate key "{name}"', key.start_mark)
                seen.add(name)
                yield name, YamlPlace(key.start_mark.line + 1, parts)


def _number(loader: CoreLoader, node: ScalarNode) -> int:
    text = str(loader.construct_scalar(node)).replace("_", "")
    return int(text, 0 if text.lstrip("+-")[1:2] in tuple("box") else 10)


def _checked(read: Callable[[Any, ScalarNode], T]) -> Callable[[Any, ScalarNode], T]:
    """The same reader; its ``ValueError`` (as for 30 February) becomes a ``ConstructorError`` with the line."""

    def made(loader: CoreLoader, node: ScalarNode) -> T:
        try:
            return read(loader, node)
        except ValueError as error:
            raise ConstructorError(None, None, str(error), node.start_mark) from None

    return made


CoreLoader.add_constructor(_TAG + "int", _checked(_number))
CoreLoader.add_constructor(_TAG + "float", _checked(SafeConstructor.construct_yaml_float))
CoreLoader.add_constructor(
    _TAG + "timestamp",
    _checked(lambda loader, node: SafeConstructor.construct_yaml_timestamp(loader, node).isoformat()),
)
