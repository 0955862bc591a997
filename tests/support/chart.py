"""Rendering a Helm chart whose templates use little of Helm's language; anything else is an error, so that the chart stays so.

Known are ``.Values.a.b``, ``.Release.Name``, ``.`` (in a range), ``| quote``, ``| nindent N``, ``toYaml``, ``required``, ``if``
with one value or ``or`` of several, ``range`` and ``end``. What real Helm makes of the chart was compared by hand
(docs/deploying.md).
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ACTION = re.compile(r"(?:\s*\{\{-|\{\{)\s*(.*?)\s*\}\}", re.DOTALL)


def rendered(chart: Path, values: Mapping[str, Any], release: str) -> dict[str, list[dict[str, Any]]]:
    """The documents of each template's file. ``values`` are laid over those of the chart."""
    whole = _laid_over(yaml.safe_load((chart / "values.yaml").read_text(encoding="utf-8")), values)
    found = {}
    for path in sorted((chart / "templates").glob("*.yaml")):
        tokens = iter(_tokens(path.read_text(encoding="utf-8")))
        text = _block(tokens, {"Values": whole, "Release": {"Name": release}}, None, shown=True)
        found[path.name] = [one for one in yaml.safe_load_all(text) if one is not None]
    return found


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    for match in ACTION.finditer(text):
        yield "text", text[at : match.start()]
        yield "action", match[1]
        at = match.end()
    yield "text", text[at:]


def _block(tokens: Iterator[tuple[str, str]], scope: Mapping[str, Any], dot: Any, *, shown: bool) -> str:
    """The text up to the ``end`` of a block, or of the file."""
    out = []
    for kind, said in tokens:
        if kind == "text":
            out.append(said)
        elif said == "end":
            return "".join(out)
        elif said.startswith("if "):
            inner = _block(tokens, scope, dot, shown=(wanted := shown and _is_true(said[3:], scope, dot)))
            out.append(inner if wanted else "")
        elif said.startswith("range "):
            kept = list(tokens)  # the block is read once for each value, and once to get past it
            for value in _value(said[6:], scope, dot) or [] if shown else []:
                out.append(_block(iter(kept), scope, value, shown=shown))
            rest = iter(kept)
            _block(rest, scope, "", shown=False)
            tokens = rest
            return "".join([*out, _block(tokens, scope, dot, shown=shown)])
        else:
            out.append(_said(said, scope, dot) if shown else "")
    return "".join(out)


def _is_true(said: str, scope: Mapping[str, Any], dot: Any) -> bool:
    return any(bool(_value(one, scope, dot)) for one in said.removeprefix("or ").split())


def _said(action: str, scope: Mapping[str, Any], dot: Any) -> str:
    head, *pipes = (one.strip() for one in action.split("|"))
    value = _value(head, scope, dot)
    for pipe in pipes:
        if pipe == "quote":
            value = json.dumps(str(value))
        elif pipe.startswith("nindent "):
            pad = "\n" + " " * int(pipe.removeprefix("nindent "))
            value = pad + str(value).rstrip("\n").replace("\n", pad)
        else:
            raise ValueError(f"'{pipe}' is not known here: {action}")
    return str(value)


def _value(said: str, scope: Mapping[str, Any], dot: Any) -> Any:
    if said.startswith("toYaml "):
        return yaml.safe_dump(_value(said[7:], scope, dot), default_flow_style=False, sort_keys=False)
    if (required := re.fullmatch(r'required "([^"]+)" (\S+)', said)) is not None:
        value = _value(required[2], scope, dot)
        if value in (None, ""):
            raise ValueError(required[1])
        return value
    if said == ".":
        return dot
    if re.fullmatch(r"(\.\w+)+", said) is None:
        raise ValueError(f"'{said}' is not known here")
    value: Any = scope
    for name in said[1:].split("."):
        value = value[name]
    return value


def _laid_over(base: Any, over: Any) -> Any:
    if isinstance(base, dict) and isinstance(over, Mapping):
        return {
            name: _laid_over(base.get(name), over[name]) if name in over else base[name] for name in {**base, **over}
        }
    return over
