"""Each tutorial, walked: what its steps press is there, and what they quote is what the page says.

In a numbered step, ``Press *words*`` is a link or button, ``Open `/address` `` an address, ``In *label* type `value` `` a field of
the next form, and “words” are on the page that came last.
"""

import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from tests.conftest import copied
from tests.support.people import signed_in
from tests.support.pressing import Reader
from web.app import create_app
from web.cli import main
from web.demo.diary_week import write_week

FOLDER = Path(__file__).parents[3] / "docs" / "tutorials"
WHO = {
    "auditor": "s.brandt", "case-manager": "t.adeyemi", "information-manager": "i.nkemelu", "inspector": "j.hartnell",
    "manager": "c.whitlock", "spo": "p.anstey",
}  # fmt: skip

DAY = date(2005, 12, 22)

_STEP = re.compile(r"^\d+\. (.+(?:\n   .+)*)", re.MULTILINE)
_DONE = re.compile(
    r"[Pp]ress \*(?P<press>[^*]+)\*|[Oo]pen `(?P<open>/[^`]*)`|[Ii]n \*(?P<label>[^*]+)\* type `(?P<value>[^`]+)`|“(?P<said>[^”]+)”"
)


def plain(words: str) -> str:
    """Words without the line breaks of the document, or the tags of the page between them."""
    return re.sub(r"\s+", "", words)


@pytest.fixture
def app(followed: Path, tmp_path: Path) -> Flask:
    made = str(copied(followed, tmp_path))
    week = CliRunner().invoke(main, ["import", str(write_week(tmp_path)), "--database", made])
    assert week.exit_code == 0, week.output
    return create_app(made, today=lambda: DAY, demo=True)


def test_every_role_of_the_demonstration_has_a_tutorial() -> None:
    assert {path.stem for path in FOLDER.glob("*.md")} == set(WHO)


@pytest.mark.parametrize("name", WHO)
def test_a_tutorial_leads_where_it_says(app: Flask, name: str) -> None:
    reader, typed, quoted = Reader(signed_in(app, WHO[name])), dict[str, str](), 0
    for step in _STEP.findall((FOLDER / f"{name}.md").read_text(encoding="utf-8")):
        for done in _DONE.finditer(" ".join(step.split())):
            if done["press"]:
                reader.press(done["press"], typed)
                typed = {}
            elif done["open"]:
                reader.go(done["open"])
            elif done["label"]:
                typed[done["label"]] = done["value"]
            else:
                quoted += 1
                assert plain(done["said"]) in plain(reader.page.text_content()), (
                    f"{done['said']}: {reader.address} says {reader.words}"
                )
    assert quoted >= 2
