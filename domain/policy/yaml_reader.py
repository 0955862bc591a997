"""YAML read by a C parser: values by the core schema of YAML 1.2, and the line on which each stands.

``true`` and ``false`` are the only words for yes and no: ``yes``, ``on`` and ``12:30`` are texts, ``010`` is ten and
``0o10`` is eight. A day is the text that it is written as, whether the calendar has it or not. A key that stands twice is
refused, and so is, before any of it is made, a text that holds too much or lies too deep, with its aliases written out.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import yaml
from yaml.composer import ComposerError
from yaml.constructor import ConstructorError, SafeConstructor
from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, NodeEvent, ScalarEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

if not yaml.__with_libyaml__:
    raise ImportError(
        "PyYAML is installed without its C parser (libyaml), which caseaudit needs; install a ready-made wheel of it: "
        "pip install --force-reinstall --only-binary :all: pyyaml"
    )

YAMLError = yaml.YAMLError
MarkedYAMLError = yaml.MarkedYAMLError

T = TypeVar("T")

LONGEST = 2_000_000
"""Characters of all values of one text, with its aliases written out; the longest text that ships has 40,000."""
MOST = 100_000
"""Values of one text, with its aliases written out; what ships has 2,000 at most."""
DEEPEST = 50
"""Lists and named parts inside one another; what ships has 10 at most."""

_NOT_TEXT = re.compile("[^\\t\\n\\r\\x20-\\x7e\\x85\\xa0-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
"""A character that YAML allows in no text."""

_TAG = "tag:yaml.org,2002:"
MERGE = _TAG + "merge"


class CoreLoader(yaml.CSafeLoader):
    """Reads the scalars of the core schema, days and times, and merges mappings (``<<``)."""


CoreLoader.yaml_implicit_resolvers = {}  # those of the library are of YAML 1.1
CoreLoader.yaml_constructors = {
    tag: made
    for tag, made in CoreLoader.yaml_constructors.items()
    if (tag or "").removeprefix(_TAG) not in ("binary", "omap", "pairs", "set")
}  # no document here has values of these kinds, and what reads one expects none


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
    _check_text(text)
    _check_held(text)
    loader = CoreLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None, YamlPlace(1, {})
        place = YamlPlace(1, _parts(loader, node, {}))
        return loader.construct_document(node), place
    finally:
        loader.dispose()


def _check_text(text: str) -> None:
    """``MarkedYAMLError`` for the first character that is none of a text."""
    found = _NOT_TEXT.search(text)
    if found is not None:
        at, lines = found.start(), text.count("\n", 0, found.start())
        mark = yaml.Mark("", at, lines, at - text.rfind("\n", 0, at) - 1, None, 0)
        raise MarkedYAMLError(None, None, f"the character U+{ord(text[at]):04X} stands in no text", mark)


@dataclass(slots=True)
class _Held:
    """What a value holds with its aliases written out: values, characters, and how deep they lie."""

    values: int = 1
    length: int = 0
    depth: int = 0

    def take(self, other: "_Held") -> None:
        self.values += other.values
        self.length += other.length
        self.depth = max(self.depth, other.depth + 1)

    def beyond(self, depth: int) -> str | None:
        """What of it is too much where it lies so deep; None: nothing."""
        if self.values > MOST:
            return f"with its aliases written out it holds more than {MOST:,} values"
        if self.length > LONGEST:
            return f"with its aliases written out it holds more than {LONGEST:,} characters"
        if self.depth + depth > DEEPEST:
            return f"lists and parts lie more than {DEEPEST} deep in one another"
        return None


def _check_held(text: str) -> None:
    """``MarkedYAMLError`` where a text holds too much or lies too deep. None of its values is made for that."""
    named, within = dict[str, _Held](), [("", _Held())]
    for event in yaml.parse(text, CoreLoader):
        if isinstance(event, CollectionStartEvent):
            within.append((event.anchor or "", _Held()))
            _within_bounds(within[-1][1], len(within) - 1, event.start_mark)
            continue
        if isinstance(event, CollectionEndEvent):
            anchor, held = within.pop()
        elif isinstance(event, NodeEvent):
            anchor, held = _held_by(event, named)
        else:
            continue
        if anchor:
            named[anchor] = held
        within[-1][1].take(held)
        _within_bounds(within[-1][1], len(within) - 1, event.start_mark)


def _held_by(event: NodeEvent, named: Mapping[str, _Held]) -> tuple[str, _Held]:
    """The anchor (empty: none) of a value that holds no other, and what it holds; of an alias what it names."""
    if isinstance(event, AliasEvent):
        return "", named.get(str(event.anchor), _Held())  # of nothing, or inside what it names: told by the reading
    return event.anchor or "", _Held(length=len(event.value) if isinstance(event, ScalarEvent) else 0)


def _within_bounds(held: _Held, depth: int, mark: Any) -> None:
    if (problem := held.beyond(depth)) is not None:
        raise ComposerError(None, None, problem, mark)


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


def _day_or_time(loader: CoreLoader, node: ScalarNode) -> str:
    """The text of a day or time. One that is in no calendar, such as 30 February, stays as written: its field refuses it."""
    try:
        return str(SafeConstructor.construct_yaml_timestamp(loader, node).isoformat())
    except (ValueError, OverflowError):
        return str(loader.construct_scalar(node))


def _checked(read: Callable[[Any, ScalarNode], T]) -> Callable[[Any, ScalarNode], T]:
    """The same reader; where it fails it raises a ``ConstructorError`` with the line."""

    def made(loader: CoreLoader, node: ScalarNode) -> T:
        try:
            return read(loader, node)
        except ValueError as error:
            raise ConstructorError(None, None, str(error), node.start_mark) from None
        except (LookupError, AttributeError):  # so the library fails on a value that is said to be of another kind
            said = f"'{node.value}' is not what {node.tag.removeprefix(_TAG)} stands for"
            raise ConstructorError(None, None, said, node.start_mark) from None

    return made


CoreLoader.add_constructor(_TAG + "bool", _checked(SafeConstructor.construct_yaml_bool))
CoreLoader.add_constructor(_TAG + "int", _checked(_number))
CoreLoader.add_constructor(_TAG + "float", _checked(SafeConstructor.construct_yaml_float))
CoreLoader.add_constructor(_TAG + "timestamp", _checked(_day_or_time))
