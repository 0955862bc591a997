"""The person banner: on every page of a case, as at the page's moment, and never of a case that is not open to the reader."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from msgspec import structs

from domain.entries.case_entries import EntryCorrected
from domain.sealing.sealed_fields import ERASED
from projections.cases.case_repository import CaseRepository
from projections.cases.person_details import PersonDetails
from projections.history.history import History
from tests.domain.store.test_store import BEGINNING
from tests.support.histories import facts_of
from tests.support.people import signed_in
from tests.web.site.test_access_control import ARGUMENTS, GLOUCESTER, USERS
from web.presentation.fact_words import NOT_READABLE, fact_details

BANNER = re.compile(r'<section class="ca-banner".*?</section>', re.DOTALL)


def banner(page: str) -> str:
    """The words of the banner; empty where there is none."""
    found = BANNER.search(page)
    return (
        " · ".join(" ".join(re.sub(r"<[^>]+>", " ", part).split()) for part in found[0].split("</li>") if found)
        if found
        else ""
    )


def of_a_case(app: Flask) -> Iterator[str]:
    """The addresses of all pages of a case."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if {"crn", "number"} <= rule.arguments and "GET" in (rule.methods or ()):
                yield app.url_for(rule.endpoint, **{name: ARGUMENTS[name] for name in rule.arguments})


def test_every_page_of_a_case_names_the_person(demo_app: Flask) -> None:
    client: FlaskClient = signed_in(demo_app, USERS["spo"])
    seen = 0
    for address in of_a_case(demo_app):
        answer = client.get(address)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            said = banner(answer.text)
            assert said.startswith(f"Brian Davies · {GLOUCESTER} · born "), address
            seen += 1
    assert seen >= 5


def test_it_says_what_held_on_the_day_of_the_page(demo_app: Flask) -> None:
    client = signed_in(demo_app, USERS["spo"])
    assert "High risk of harm" in banner(client.get(f"/cases/{GLOUCESTER}").text)
    assert "Helen Sallis (PO)" in banner(client.get(f"/cases/{GLOUCESTER}/replay").text)
    early = banner(client.get(f"/cases/{GLOUCESTER}?as_at=2005-04-14").text)
    assert "Risk of harm not assessed" in early and "High risk" not in early


def test_a_case_that_is_not_open_has_no_banner(demo_app: Flask) -> None:
    answer = signed_in(demo_app, USERS["spo"]).get("/cases/A504771/1")
    assert answer.status_code == 404
    assert "ca-banner" not in answer.text


def test_no_file_is_read_for_it(demo_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client, read = signed_in(demo_app, USERS["spo"]), CaseRepository.read
    asked: list[str] = []

    def counted(self: CaseRepository, reference: str, *args: object, **more: object) -> object:
        asked.append(reference)
        return read(self, reference, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(CaseRepository, "read", counted)
    page = f"/cases/{GLOUCESTER}/then-and-now"
    assert banner(client.get(page).text)
    with_it = len(asked)
    monkeypatch.setitem(demo_app.jinja_env.globals, "person_banner", lambda: None)
    assert not banner(client.get(page).text)
    assert len(asked) == 2 * with_it


def test_a_name_or_a_day_that_does_not_open_is_not_shown() -> None:
    (start,) = facts_of([BEGINNING])
    erased = structs.replace(
        start,
        person=structs.replace(start.person, name=ERASED, date_of_birth=date(1971, 1, 1)),  # type: ignore[attr-defined]
        sealed={"person.name": "x", "person.date_of_birth": "x"},
    )
    day = start.occurred_on
    assert PersonDetails.on(History.of([erased]), day) == PersonDetails(ERASED, "erased", None)
    literal = structs.replace(erased, sealed=None)
    assert PersonDetails.on(History.of([literal]), day) == PersonDetails(ERASED, None, date(1971, 1, 1))
    assert PersonDetails.on(History.of([]), day) is None


def test_the_words_of_an_entry_say_no_day_that_does_not_open() -> None:
    (start,) = facts_of([BEGINNING])
    kept = structs.replace(start, person=structs.replace(start.person, date_of_birth=date(1971, 1, 1)))  # type: ignore[attr-defined]
    assert "1 Jan 1971" in str(fact_details(kept))
    said = str(fact_details(structs.replace(kept, sealed={"person.date_of_birth": "x"})))
    assert NOT_READABLE in said and "1971" not in said
    fixed = EntryCorrected(
        entry="k1", of=start.entry, occurred_on=start.occurred_on, recorded_at=start.recorded_at,
        fields={"date_of_birth": "1971-01-01", "name": "[sealed]"}, sealed={"fields.date_of_birth": "x", "fields.name": "x"},
    )  # fmt: skip
    said = str(fact_details(fixed))
    assert NOT_READABLE in said and "1971" not in said and "[sealed]" in said
