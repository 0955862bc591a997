"""The handbook's pages: what life does to a clause, the rules of practice, the subjects of an edition, every mark."""

from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from domain.policy.practice import practice
from domain.policy.sentence_rules import sentence_rules
from domain.policy.standards.edition_files import national_standards
from projections.reports.clause_in_practice import effects
from tests.support.people import signed_in
from web.app import create_app


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    path: Path = tmp_path_factory.mktemp("handbook") / "empty.sqlite"
    app = create_app(str(path), today=lambda: date(2005, 10, 3))
    app.config["TESTING"] = True
    yield signed_in(app)


def page(reader: FlaskClient, address: str) -> str:
    answer = reader.get(address)
    assert answer.status_code == 200, address
    return unescape(answer.text)


CLAUSES = sorted({clause.id for clause in national_standards().clauses})


@pytest.mark.parametrize("clause", CLAUSES)
def test_the_page_of_a_clause_says_what_life_does_to_it(reader: FlaskClient, clause: str) -> None:
    text = page(reader, f"/standards/clauses/{clause}")
    versions = [c for c in national_standards().clauses if c.id == clause]
    for version in versions:
        for effect in effects(version):
            assert effect.title in text and effect.does in text, effect.title
        for rule in practice().concerning(version):
            assert rule.says in text, rule.id
    assert "Ours: the printed standards do not say" in text


def test_the_page_of_the_rules_lists_each_with_its_number_and_its_mark(reader: FlaskClient) -> None:
    text = page(reader, "/standards/practice")
    for rule in practice().parameters:
        assert rule.says in text and rule.number in text, rule.id
    assert "Recalled: the absence is unacceptable where there is no explanation by then" in text
    assert "28 days" in text and "0.5 of the working days" in text


def test_the_page_of_an_edition_says_what_it_lays_and_what_not(reader: FlaskClient) -> None:
    outcomes = page(reader, "/standards/editions/2011")
    assert "It lays duties for: enforcement." in outcomes
    assert "It lays none for: first contact, contact, assessment, plan" in outcomes
    full = page(reader, "/standards/editions/2005")
    assert "It lays none for" not in full
    assert 'href="/standards/practice' in full


@pytest.mark.parametrize("edition", [edition.id for edition in national_standards().editions])
def test_the_page_of_an_edition_explains_the_marks(reader: FlaskClient, edition: str) -> None:
    text = page(reader, f"/standards/editions/{edition}")
    for word in ("Found:", "Recalled:", "Unsure:", "Ours:"):
        assert word in text


@pytest.mark.parametrize("edition", ["2011", "2015", "2021", "2022"])
def test_an_edition_of_today_shows_what_is_laid_not_laid_and_only_described(reader: FlaskClient, edition: str) -> None:
    text = page(reader, f"/standards/editions/{edition}")
    found = next(e for e in national_standards().editions if e.id == edition)
    assert ("Not laid: left to professional judgement" in text) == (edition in ("2011", "2015"))
    assert ("Not laid: no value is known" in text) == bool(found.left_out("no value"))
    assert all(row.about in text and row.why[1:] in text and row.citation in text for row in found.not_laid)
    assert ("Described, and no law" in text) == bool(found.described) == (edition != "2011")
    assert all(clause.says in text and str(clause.described)[1:] in text for clause in found.described)


def test_the_edition_in_force_shows_the_dates_that_are_worked_out_and_how_sure_each_is(reader: FlaskClient) -> None:
    text = page(reader, "/standards/editions/2022")
    assert "Dates that are worked out, and no clause" in text
    for rule in sentence_rules().values():
        assert rule.says in text and rule.citation in text and (rule.remark or "") in text, rule.id
    assert "56 days." in text and "8 months and 14 days." in text and "1 appointment." in text
    assert "Dates that are worked out" not in page(reader, "/standards/editions/2021")
