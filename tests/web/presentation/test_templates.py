"""Templates are whole: nothing of their own language is left over as text."""

from pathlib import Path

import pytest
from jinja2 import Environment

WEB = Path(__file__).parents[3] / "web"
TEMPLATES = sorted(path for path in WEB.rglob("*.html") if "vendor" not in path.parts)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(WEB)))
def test_nothing_of_the_language_of_templates_is_left_as_text(path: Path) -> None:
    left = "".join(text for _, kind, text in Environment().lex(path.read_text("utf-8")) if kind == "data")
    assert not [mark for mark in ("{{", "}}", "{%", "%}") if mark in left]
