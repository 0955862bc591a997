"""Hiding a row from one's own list: for no one else, never in bands a and b, undone, and counted beside figures."""

import re
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.entries.schemas import load_entry
from domain.store.application import Files
from tests.conftest import copied
from tests.support.people import signed_in
from web.app import create_app
from web.site import access_control

TODAY = date(2005, 12, 22)
CASE = "V465889/1"
Form = dict[str, str]


@pytest.fixture
def app(followed: Path, tmp_path: Path) -> Flask:
    return create_app(str(copied(followed, tmp_path)), today=lambda: TODAY, demo=True)


@pytest.fixture
def spo(app: Flask) -> FlaskClient:
    return signed_in(app, "p.anstey")


def forms(page: str, action: str) -> list[Form]:
    """What each form of this action sends."""
    found = re.findall(rf'<form method="post" action="{action}".*?</form>', page, re.DOTALL)
    return [dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', one)) for one in found]


def listed(client: FlaskClient) -> str:
    return client.get("/desk/to-do").text


def hide(client: FlaskClient, form: Form, days: str = "5") -> str:
    return client.post("/desk/hide", data={**form, "days": days}, follow_redirects=True).text


def row(form: Form) -> tuple[str, ...]:
    return tuple(form[name] for name in ("case", "kind", "name", "since", "entry"))


def rows(client: FlaskClient) -> set[tuple[str, ...]]:
    return {row(form) for form in forms(listed(client), "/desk/hide")}


def test_a_row_leaves_my_list_alone_and_shows_again(app: Flask, spo: FlaskClient) -> None:
    form = forms(listed(spo), "/desk/hide")[-1]
    figures = spo.get("/desk/overdue").text.count('class="ca-')
    assert "Hidden from your list until 3 January 2006" in hide(spo, form, "5")
    assert row(form) not in rows(spo)
    assert "1 snoozed (yours)" in listed(spo)
    assert spo.get("/desk/overdue").text.count('class="ca-') == figures, "no list of duties changes"
    assert "snoozed (yours)" not in listed(signed_in(app, "c.whitlock")), "nobody else sees anything of it"

    folded = spo.get("/desk/to-do?show=snoozed").text
    assert "Hidden by you until 3 Jan 2006" in folded
    (again,) = forms(folded, "/desk/show-again")
    assert row(again) == row(form)
    assert "It is on your list again." in spo.post("/desk/show-again", data=again, follow_redirects=True).text
    assert row(form) in rows(spo)
    assert "on your list already" in spo.post("/desk/show-again", data=again, follow_redirects=True).text


def test_what_rises_to_the_first_bands_shows_at_once_and_cannot_be_hidden(app: Flask, spo: FlaskClient) -> None:
    """Oversight of Brian Davies is overdue; at very high risk it may not wait."""
    form = next(
        f for f in forms(listed(spo), "/desk/hide") if f["case"] == CASE and f["name"] == "management-oversight"
    )
    hide(spo, form)
    assert "1 snoozed (yours)" in listed(spo)
    files = Files.open(app.config["DATABASE"])
    fields = {"entry": "up", "occurred_on": "2005-12-22", "recorded_at": "2005-12-22T09:00:00Z"}
    raised = load_entry("RiskLevelChanged", {**fields, "from": "high", "to": "very_high", "reason": "a new charge"})
    files.record(CASE, [raised], actor="p.anstey")
    files.close()
    page = listed(spo)
    assert "snoozed (yours)" not in page
    shown = [b for b in re.findall(r'<li class="ca-block">.*?</ul>', page, re.DOTALL) if CASE in b]
    assert any("ca-block__band--a" in block for block in shown) and row(form) not in rows(spo)
    assert spo.post("/desk/hide", data={**form, "days": "5"}).status_code == 400


def test_a_row_that_is_not_on_my_list_is_refused(spo: FlaskClient) -> None:
    form = forms(listed(spo), "/desk/hide")[0]
    for wrong in (
        {"name": "no-such-clause"},
        {"case": "X000000/1"},
        {"since": "yesterday"},
        {"since": ""},
        {"kind": ""},
    ):
        refused = spo.post("/desk/hide", data={**form, **wrong, "days": "5"})
        assert refused.status_code == 400, wrong


@pytest.mark.parametrize("days", ["", "0", "11", "-3", "5.5", "1000", "²"])
def test_not_for_longer_than_ten_working_days(spo: FlaskClient, days: str) -> None:
    form = forms(listed(spo), "/desk/hide")[0]
    assert "A row is hidden for 1 to 10 working days" in hide(spo, form, days)
    assert "snoozed (yours)" not in listed(spo)


def test_the_past_is_not_rearranged_and_a_form_without_its_token_does_nothing(app: Flask, spo: FlaskClient) -> None:
    form = forms(listed(spo), "/desk/hide")[0]
    assert not forms(spo.get("/desk/to-do?as_at=2005-10-03").text, "/desk/hide")
    assert spo.post("/desk/hide?as_at=2005-10-03", data={**form, "days": "5"}).status_code == 400
    assert spo.post("/desk/hide", data={**form, "days": "5", "csrf_token": ""}).status_code in (302, 400)
    with app.test_request_context():
        assert access_control.register().snoozes.every() == []


def test_it_is_counted_beside_the_figure_but_never_named(followed: Path, tmp_path: Path) -> None:
    """Four working days after a plan review was due, it is hidden. A report counts it, and names neither case nor reader."""
    near = date(2005, 12, 16)
    app = create_app(str(copied(followed, tmp_path)), today=lambda: near, demo=True)
    spo, area = signed_in(app, "p.anstey"), signed_in(app, "c.whitlock")
    report = "/reports/measures/plan-reviewed-in-time?of=team:Gloucester"
    before = area.get(report).text
    form = next(f for f in forms(listed(spo), "/desk/hide") if (f["case"], f["name"]) == ("V811366/1", "plan-review"))
    hide(spo, form)
    after = area.get(report).text
    assert "snoozed" not in before and re.search(r"\b1 snoozed", after)
    for name in ("V811366", "Weaver", "p.anstey", "Anstey"):
        assert after.count(name) == before.count(name), name
    with app.test_request_context():
        (kept,) = access_control.register().snoozes.every()
    assert (kept.username, kept.row.name, kept.from_on) == ("p.anstey", "plan-review", near)
