"""Each errand of docs/errands.md, walked through the pages by the words that the document names, click by click."""

import io
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urljoin

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html

from domain.store.application import Files
from tests.conftest import copied
from tests.support.forms import shown
from tests.support.histories import facts_of
from tests.support.people import opens, post, signed_in
from web.app import create_app

DOCUMENT = Path(__file__).parents[3] / "docs" / "errands.md"
MOST = 3
"""Clicks of an errand, at most."""

WHO = {
    "Case manager": "t.adeyemi", "SPO": "p.anstey", "Area and divisional manager": "c.whitlock",
    "Information manager": "i.nkemelu", "Inspector": "j.hartnell", "Auditor": "s.brandt",
}  # fmt: skip
CASE = "P114066/1"
"""Held by Tunde Adeyemi, of the Gloucester team."""

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


AUDIT = "/inspections/november-audit"


def audit_given_out(lead: FlaskClient) -> None:
    """An audit of two cases, which its lead is to read."""
    opened = {"title": "November audit", "occurred_on": "3/10/2005", "area": "Gloucestershire", "framework": "esi-2003"}
    opens(lead, knowledge="stood", **opened)
    post(lead, f"{AUDIT}/frame", started_from="1/4/2005", started_to="31/5/2005")
    post(lead, f"{AUDIT}/sample", size="2", spare_per_cent="0", seed="words")
    post(lead, f"{AUDIT}/assessors", f"{AUDIT}/work", assessor="j.hartnell", role="hm_inspector")
    post(lead, f"{AUDIT}/allocation", step="share")


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


OFFERED = "//*[(self::a[@href] or self::button) and not(ancestor::details[not(@open)])]"
"""Links and buttons, but for what is folded away."""


class Reader:
    """Somebody at the site: they see the words of a page, type into fields by their labels, and press links and buttons."""

    def __init__(self, client: FlaskClient):
        self.client = client
        self.go("/")

    def go(self, address: str, **sent: Any) -> None:
        answer = self.client.open(address, follow_redirects=True, **sent)
        assert answer.status_code == 200, f"{address}: {answer.status}"
        self.address, self.page = shown(answer).address, html.fromstring(answer.text)

    @property
    def words(self) -> str:
        return said(self.page.xpath("//main")[0])

    def press(self, step: str, typed: Mapping[str, Any]) -> None:
        """Press the first link or button of these words. What leads to a file is not fetched: other tests do."""
        wanted = re.compile(re.escape(step).replace(r"\.\.\.", ".+"))
        offered = [one for part in ("//main", "//body") for one in self.page.xpath(part + OFFERED)]
        found = next((one for one in offered if any(map(wanted.fullmatch, (said(one), heard(one))))), None)
        assert found is not None, f"{self.address} has nothing called {step}: {sorted({heard(one) for one in offered})}"
        if found.tag == "a":
            address = urljoin(self.address, found.get("href"))
            return None if "/download/" in address else self.go(address)
        return self.send(found, typed)

    def send(self, button: Any, typed: Mapping[str, Any]) -> None:
        (form,) = button.iterancestors("form")
        files = fill(form, typed)
        values = [*form.form_values(), (button.get("name", ""), button.get("value", ""))]
        data: dict[str, list[Any]] = {}
        for name, value in values:
            data.setdefault(name, []).append(value)
        address = urljoin(self.address, form.get("action") or self.address)
        way = "data" if form.method == "POST" else "query_string"
        self.go(address, method=form.method, **{way: {**data, **files}})


def said(part: Any) -> str:
    """The words of a part of a page that are seen: without what only a screen reader says."""
    texts = part.xpath(
        ".//text()[not(ancestor::*[contains(@class, 'visually-hidden') or self::script or self::style])]"
    )
    return " ".join("".join(texts).split())


def heard(part: Any) -> str:
    """All its words, those for a screen reader too."""
    return " ".join(part.text_content().split())


def fill(form: Any, typed: Mapping[str, Any]) -> dict[str, Any]:
    """Type into the fields of a form that have these labels; the files that go with it."""
    files = {}
    for label in form.xpath(".//label[@for]"):
        words, field = said(label), form.get_element_by_id(label.get("for"))
        if words not in typed:
            continue
        if isinstance(typed[words], tuple):
            files[field.get("name")] = typed[words]
        elif field.get("type") in ("radio", "checkbox"):
            field.checked = True
        else:
            field.value = typed[words]
    return files


MORNING = [
    {"type": "AppointmentMade", "entry": f"made-{at}", "occurred_on": "2005-12-12", "recorded_at": "2005-12-12T10:00:00+00:00",
     "contact_type": "office", "for_on": on} for at, on in enumerate(("2005-12-22", "2005-12-22", "2005-12-28"))
] + [
    {"type": "AssessmentReturned", "entry": "returned", "occurred_on": "2005-12-21", "recorded_at": "2005-12-21T10:00:00+00:00",
     "assessment": "0002", "by": "Peter Anstey", "reason": "no victim's view"},
    {"type": "RiskLevelChanged", "entry": "raised", "occurred_on": "2005-12-22", "recorded_at": "2005-12-22T09:00:00+00:00",
     "from": "high", "to": "very_high", "reason": "a new charge"},
]  # fmt: skip
"""Entries on the case: three appointments, an assessment that was given back, a risk that was raised."""


@pytest.fixture(scope="module")
def app(followed: Path, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The demonstration on a morning on which each role finds what its errands are about."""
    database = copied(followed, tmp_path_factory.mktemp("errands"))
    files = Files.open(str(database))
    files.record(CASE, facts_of(MORNING), actor="test")
    files.close()
    app = create_app(str(database), today=lambda: date(2005, 12, 22), demo=True)
    audit_given_out(signed_in(app, "j.hartnell"))
    return app


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
