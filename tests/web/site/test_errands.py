"""Each errand of docs/errands.md, walked through the pages by the words that the document names, click by click."""

import io
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask

from tests.conftest import copied
from tests.support.morning import morning
from tests.support.people import signed_in
from tests.support.pressing import Reader

DOCUMENT = Path(__file__).parents[3] / "docs" / "errands.md"
MOST = 3
"""Clicks of an errand, at most."""

WHO = {
    "Case manager": "t.adeyemi", "SPO": "p.anstey", "Area and divisional manager": "c.whitlock",
    "Information manager": "i.nkemelu", "Inspector": "j.hartnell", "Auditor": "s.brandt",
}  # fmt: skip
REJECTED = json.dumps({"type": "Nothing", "case": "Z100000/1"}).encode()
TYPED: Mapping[str, Mapping[str, Any]] = {
    "record the outcomes of the day, with the next appointments": {"Attended and complied": True},
    "do what falls due": {"Date it happened": "22/12/2005", "Date it is for": "22/3/2006"},
    "return an assessment to its officer": {"What is to be changed": "no victim's view"},
    "record oversight": {"Date it happened": "22/12/2005", "Supervision": True},
    "find whether a person has a case, before one begins": {
        "CRN": "X123456",
        "Name": "Zebedee Quill",
        "Date of birth": "12 3 1971",
    },
    "feed again what was rejected": {"File of entries": (io.BytesIO(REJECTED), "corrected.ndjson")},
    "see who looked at a case": {"Person supervised (CRN or case)": "P114066"},
}
"""What is typed or chosen on the way, by the label of its field."""


class Errand(NamedTuple):
    """A row of the document: whose it is, their home page, what to press one after the other, and what is read then."""

    role: str
    home: str
    name: str
    clicks: int
    steps: tuple[str, ...]
    then: tuple[str, ...]


def errands() -> Iterator[Errand]:
    role = home = ""
    for line in DOCUMENT.read_text().splitlines():
        if line.startswith("## "):
            role, _, home = line[3:].partition(": ")
        elif re.match(r"\| [^|]+ \| \d+ \|", line):
            name, clicks, steps, then = (cell.strip() for cell in line.strip("|").split("|"))
            yield Errand(
                role, home, name, int(clicks), *(tuple(re.findall(r"\*(.+?)\*", cell)) for cell in (steps, then))
            )


@pytest.fixture(scope="module")
def app(followed: Path, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return morning(copied(followed, tmp_path_factory.mktemp("errands")))


ERRANDS = list(errands())


@pytest.mark.parametrize("errand", ERRANDS, ids=[f"{one.role}: {one.name}" for one in ERRANDS])
def test_an_errand_takes_the_clicks_that_the_document_says(app: Flask, errand: Errand) -> None:
    reader = Reader(signed_in(app, WHO[errand.role]))
    assert reader.page.xpath("string(//nav[@aria-label='Service']//a)").strip() == errand.home
    for step in errand.steps:
        reader.press(step, TYPED.get(errand.name, {}))
    assert len(errand.steps) == errand.clicks <= MOST
    assert [words for words in errand.then if words not in reader.words] == [], reader.words


def test_every_row_of_the_document_is_walked() -> None:
    rows = re.findall(r"^\| (?!errand )[^|]+\|", DOCUMENT.read_text(), re.MULTILINE)
    assert len(ERRANDS) == len(rows) > 20
    assert {one.role for one in ERRANDS} == set(WHO)
