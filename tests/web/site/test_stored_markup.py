"""Whatever text is on file or in an account, no page takes it for markup, and none for a template."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask

from domain.accounts.roles import Account
from domain.entries.case_entries import ENTRY_TYPES
from domain.entries.entry import Entry
from domain.entries.refusals import Refused
from domain.entries.schemas import ShapeError, dump_entry, load_entry
from domain.store.application import Files
from tests.domain.aggregates.test_case_file import EXAMPLES, ON_FILE, SUBJECTS
from tests.support.people import add, signed_in
from tests.support.repository import ROOT
from web.app import create_app

MARKUP = "\"'><img src=x>{{7*191}}"
CASE = "X123456/1"
MANAGER = Account("manager", MARKUP, "area_manager", (MARKUP,), grade="spo")
TAKEN_BACK = ("AccessLimited", "EntryWithdrawn", "EntryCorrected", "SupervisionEnded")
"""Types that would hide others."""

PAGES = [f"/cases/{CASE}{page}" for page in ("", "/replay", "/then-and-now", "/record", "/record/TierSet")]
PAGES += [
    "/desk",
    "/desk/overdue",
    "/cases",
    "/matrix",
    "/reports",
    f"/cases?team={MARKUP}",
    f"/desk?find={MARKUP}",
    "/password",
]


def texts(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all texts in some JSON."""
    if isinstance(value, str):
        yield at
    for name, inner in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from texts(inner, (*at, name))


def marked(fact: Entry) -> Entry:
    """The entry with markup for each of its texts that may be anything."""
    fields = {name: value for name, value in dump_entry(fact).items() if name != "type"}
    for *way, last in list(texts(fields)):
        holder: Any = fields
        for name in way:
            holder = holder[name]
        before = holder[last]
        if before in ON_FILE.values():
            continue
        holder[last] = MARKUP
        try:
            load_entry(type(fact).__name__, fields)
        except ShapeError:
            holder[last] = before
    return load_entry(type(fact).__name__, {**fields, "entry": fact.entry})


@pytest.fixture
def app(empty_database: str) -> Iterator[Flask]:
    files = Files.open(empty_database)
    made = [marked(load_entry(name, {"entry": f"of-{name}", **COMMON, **EXAMPLES[name]})) for name in _types()]
    taken = 0
    for fact in (*map(marked, SUBJECTS), *made):
        if type(fact).__name__ not in TAKEN_BACK:
            try:
                taken += len(files.record(CASE, [fact], actor=MARKUP))
            except Refused:
                continue
    assert taken > 40
    files.close()
    made_app = create_app(empty_database, today=lambda: date(2005, 6, 30))
    add(made_app, MANAGER)
    add(made_app, Account("info", MARKUP, "information_manager"))
    yield made_app


COMMON = {"occurred_on": "2005-06-08", "recorded_at": "2005-06-08T10:00:00+01:00"}


def _types() -> list[str]:
    return [name for name, declared in ENTRY_TYPES.items() if declared.kept_on == "case"]


@pytest.mark.both
def test_no_text_on_file_becomes_part_of_a_page(app: Flask) -> None:
    client = signed_in(app, MANAGER)
    shown = [page for page in PAGES if "&lt;img src=x&gt;" in _page(client, page)]
    assert {f"/cases/{CASE}", f"/cases/{CASE}/replay", "/cases"} <= set(shown)
    admin = signed_in(app, Account("info", MARKUP, "information_manager"))
    for page in ("/staff", "/staff/manager", "/access", f"/access?person={MARKUP}"):
        _page(admin, page)


def _page(client: Any, address: str) -> str:
    answer = client.get(address, follow_redirects=True)
    assert answer.status_code == 200, address
    assert "<img src=x>" not in answer.text, address
    assert "1337" not in answer.text, address
    return str(answer.text)


def test_nothing_is_taken_for_markup_but_what_is_written_in_the_code() -> None:
    """Text of a literal is ours; all else is named here: the QR code the site draws, a message of our own catalogue."""
    not_literal = r"(?<!['\s])\s*\|\s*safe\b|\bMarkup\((?!['\"]|\n)|autoescape(?!=True)|render_template_string"
    found = {
        path.name: re.findall(not_literal, path.read_text(encoding="utf-8"))
        for kind in ("*.html", "*.py")
        for path in (ROOT / "web").rglob(kind)
    }
    assert {name: len(places) for name, places in found.items() if places} == {
        "second_factor_pages.py": 1,
        "languages.py": 2,
    }
