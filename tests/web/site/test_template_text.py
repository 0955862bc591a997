"""No template prints what is left of a tag: half a merge, a bracket too many."""

from pathlib import Path

from jinja2 import Environment

import web

ROOM = Path(web.__file__).parent
TEMPLATES = [path for path in ROOM.rglob("*.html") if "assets" not in path.parts]


def test_no_template_prints_the_rest_of_a_tag() -> None:
    left_over = [
        f"{path.relative_to(ROOM)} line {line}"
        for path in TEMPLATES
        for line, kind, text in Environment().lex(path.read_text())
        if kind == "data" and any(mark in text for mark in ("}}", "{{", "%}", "{%", "<<<<<<<", ">>>>>>>"))
    ]
    assert TEMPLATES and left_over == []
