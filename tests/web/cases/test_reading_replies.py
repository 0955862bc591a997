"""Those who work on a case reply to how it was read, once that is published, and note what is to be learned."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask

from tests.support.people import post, signed_in
from web.app import create_app

CASE = "P114066/1"
PAGE = f"/cases/{CASE}/answers"
"""A case of Tunde Adeyemi's that the published inspection of 2005 read."""
REPLY = f"/cases/{CASE}/reading/gloucestershire-2005"


@pytest.fixture(scope="module")
def app(copies: Callable[[str], str]) -> Flask:
    return create_app(copies("sqlite"), today=lambda: date(2005, 12, 22), demo=True)


def test_the_practitioner_replies_and_their_manager_notes_what_is_to_be_learned(app: Flask) -> None:
    officer, spo = signed_in(app, "t.adeyemi"), signed_in(app, "p.anstey")
    assert "How it was read" in officer.get(PAGE).text
    assert post(officer, REPLY, PAGE, kind="reply", says="The plan came by post").status_code == 302
    assert post(spo, REPLY, PAGE, kind="point", says="Ask for the plan in time").status_code == 302
    page = officer.get(PAGE).text
    assert "Reply by Tunde Adeyemi" in page and "noted by Peter Anstey" in page and "Ask for the plan in time" in page


def test_nothing_is_recorded_without_words_or_by_others(app: Flask) -> None:
    officer = signed_in(app, "t.adeyemi")
    post(officer, REPLY, PAGE, kind="reply", says="  ")
    assert "Nothing was recorded" in officer.get(PAGE).text
    assert post(officer, f"/cases/{CASE}/reading/no-such", PAGE, kind="reply", says="x").status_code == 404
    lead = signed_in(app, "j.hartnell")
    assert (
        post(
            lead, REPLY, PAGE if lead.get(PAGE).status_code == 200 else "/inspections/new", kind="reply", says="x"
        ).status_code
        == 403
    )
