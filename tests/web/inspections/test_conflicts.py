"""Nobody is handed a case of their own team, one that they worked on, or one in which they declared an interest."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from msgspec import structs

from domain.accounts.roles import Account
from domain.entries.inspection_entries import ReadingAllocated
from domain.entries.refusals import Unexplained
from domain.entries.schemas import load_entry
from domain.store.application import Files
from tests.support.people import add, confirm_all, opens, post, signed_in
from tests.support.process_examples import EXAMPLES
from tests.web.inspections.test_inspection_pages import AUDIT, FRAME, OPENED, SAMPLE, file
from web.app import create_app

OFFICER = "Helen Sallis"
"""An officer of Gloucester who assesses here: as an SPO of another team, under the name by which files know her."""


@pytest.fixture(scope="module")
def app(copies: Callable[[str], str]) -> Flask:
    found = create_app(copies("sqlite"), today=lambda: date(2005, 12, 22), demo=True)
    add(found, Account("h.sallis", OFFICER, "spo", ("Tewkesbury and Cotswold",), staff=(OFFICER,)))
    return found


@pytest.fixture(scope="module")
def lead(app: Flask) -> FlaskClient:
    """An inspection of thirty cases of all teams, shared out to two local assessors and an inspector."""
    client = signed_in(app, "j.hartnell")
    opens(client, **OPENED)
    post(client, f"{AUDIT}/frame", **FRAME)
    post(client, f"{AUDIT}/sample", **SAMPLE | {"size": "30"})
    for name, role in (("p.anstey", "area_assessor"), ("h.sallis", "area_assessor"), ("g.okafor", "hm_inspector")):
        post(client, f"{AUDIT}/assessors", f"{AUDIT}/work", assessor=name, role=role)
    confirm_all(app)
    post(client, f"{AUDIT}/allocation", step="share")
    return client


def given(client: FlaskClient) -> dict[str, ReadingAllocated]:
    """The first readings as they are given out now, by case."""
    return {f.case: f for f in file(client, "october-audit") if isinstance(f, ReadingAllocated) and not f.second}


def teams(client: FlaskClient) -> dict[str, set[str]]:
    """Case of the sample -> the teams and officers that ever held it."""
    with client.application.app_context():
        from web.services import current_cases

        book = current_cases.repository()
        return {
            case: {part for change in book.history(case, None).allocation for part in change.value if part}
            for case in book.inspection("october-audit").sample
        }


def test_sharing_out_gives_nobody_a_case_of_their_own(lead: FlaskClient) -> None:
    held = teams(lead)
    own = [case for case, parts in held.items() if "Gloucester" in parts]
    assert own, "a case of Peter Anstey's team is in the sample"
    readers = {case: one.assessor_id for case, one in given(lead).items()}
    assert set(readers) == set(held)
    assert not [case for case in own if readers[case] == "p.anstey"]
    assert not [
        case
        for case, parts in held.items()
        if readers[case] == "h.sallis" and parts & {OFFICER, "Tewkesbury and Cotswold"}
    ]
    assert {"p.anstey", "h.sallis", "g.okafor"} == set(readers.values())


def test_by_hand_it_takes_a_reason_that_stays_on_record(lead: FlaskClient) -> None:
    (case, *_) = [case for case, parts in teams(lead).items() if "Gloucester" in parts]
    page = lead.get(f"{AUDIT}/allocation").text
    assert "Peter Anstey (own team)" in page and "Conflicts" in page
    by_api = lead.get("/api/v1/inspections/october-audit/conflicts?per_page=500").json["items"]
    (why,) = [one["why"] for one in by_api if (one["case"], one["assessor"]) == (case, "p.anstey")]
    assert why[0] == "own team"
    assert all(f"{one['name']} ({', '.join(one['why'])}" in page for one in by_api)
    refused = post(lead, f"{AUDIT}/allocation", **{f"first {case}": "p.anstey"})
    assert f"{case} to Peter Anstey (own team" in refused.text and given(lead)[case].assessor_id != "p.anstey"
    post(lead, f"{AUDIT}/allocation", **{f"first {case}": "p.anstey", "despite": "The others are at court"})
    assert (given(lead)[case].assessor_id, given(lead)[case].despite) == ("p.anstey", "The others are at court")


def test_a_declared_interest_counts_until_it_is_withdrawn(lead: FlaskClient) -> None:
    stroud = [case for case, parts in teams(lead).items() if "Stroud and Forest" in parts]
    assert stroud
    said = {
        "of_id": "g.okafor",
        "kind": "former_post",
        "interest_in": "team",
        "about": " stroud and  FOREST",
        "words": "Was there",
    }
    for interest_in, about in (
        ("team", "Strood"),
        ("officer", "Helen Salis"),
        ("case", "Helen Sallis"),
        ("colleague", "nobody"),
    ):
        unknown = post(lead, f"{AUDIT}/interests/declare", **said | {"interest_in": interest_in, "about": about})
        assert "govuk-error-summary" in unknown.text, (
            f"no {interest_in} is called {about}: it would keep no case from anybody"
        )
    assert post(lead, f"{AUDIT}/interests/declare", **said).status_code == 302
    assert "G Okafor (declared interest)" in lead.get(f"{AUDIT}/allocation").text
    post(lead, f"{AUDIT}/allocation", **{f"second {stroud[0]}": "g.okafor"})
    assert "Stroud and Forest" in lead.get(f"{AUDIT}/interests").text
    (by_api,) = lead.get("/api/v1/inspections/october-audit/interests").json["items"]
    assert (by_api["of_id"], by_api["about"], by_api["kind"]) == ("g.okafor", "Stroud and Forest", "former_post")
    (entry,) = [f.entry for f in file(lead, "october-audit") if type(f).__name__ == "InterestDeclared"]  # type: ignore[attr-defined]
    nothing = post(lead, f"{AUDIT}/interests/{entry}/withdraw", f"{AUDIT}/interests", reason="")
    assert nothing.status_code == 302 and "G Okafor (declared" in lead.get(f"{AUDIT}/allocation").text
    post(lead, f"{AUDIT}/interests/{entry}/withdraw", f"{AUDIT}/interests", reason="Another Stroud")
    assert "G Okafor (declared" not in lead.get(f"{AUDIT}/allocation").text


def test_an_import_meets_the_same_refusal(lead: FlaskClient) -> None:
    (case, *_) = [case for case, parts in teams(lead).items() if OFFICER in parts]
    fact = load_entry("ReadingAllocated", {
        "entry": "by-import", "occurred_on": "2005-12-22", "recorded_at": "2005-12-22T10:00:00Z", "case": case,
        "assessor": OFFICER, "assessor_id": OFFICER,
    })  # fmt: skip
    files = Files.open(lead.application.config["DATABASE"])
    try:
        name = {"entry": "named", "occurred_on": "2005-12-22", "recorded_at": "2005-12-22T09:00:00Z", "assessor": OFFICER,
                "assessor_id": OFFICER, "role": "area_assessor"}  # fmt: skip
        files.record("october-audit", [load_entry("AssessorNamed", name)], actor="test")
        with pytest.raises(Unexplained, match="worked on it"):
            files.record("october-audit", [fact], actor="test")
        (stroud, *_) = [
            one for one, parts in teams(lead).items() if "Stroud and Forest" in parts and OFFICER not in parts
        ]
        when = {part: name[part] for part in ("occurred_on", "recorded_at")}
        said = EXAMPLES["InterestDeclared"] | {"of": OFFICER, "of_id": OFFICER, "about": "STROUD AND forest"}
        files.record(
            "october-audit", [load_entry("InterestDeclared", when | said | {"entry": "interest"})], actor="test"
        )
        with pytest.raises(Unexplained, match="declared interest"):
            files.record("october-audit", [structs.replace(fact, case=stroud)], actor="test")
    finally:
        files.close()


def test_an_audit_of_own_cases_looks_for_no_conflicts(app: Flask) -> None:
    spo = signed_in(app, "p.anstey")
    opens(spo, **OPENED | {"title": "Own audit"})
    post(spo, "/inspections/own-audit/frame", **FRAME)
    post(spo, "/inspections/own-audit/sample", **SAMPLE)
    post(spo, "/inspections/own-audit/assessors", "/inspections/own-audit/work", assessor="p.anstey", role="spo")
    post(spo, "/inspections/own-audit/allocation", step="share")
    assert "conflicts of interest are not looked for" in spo.get("/inspections/own-audit/allocation").text
    assert {f.assessor_id for f in file(spo, "own-audit") if isinstance(f, ReadingAllocated)} == {"p.anstey"}


def test_an_interview_is_noted_by_its_reader_alone_and_counted(app: Flask, lead: FlaskClient) -> None:
    mine = next(case for case, one in given(lead).items() if one.assessor_id == "g.okafor")
    okafor = signed_in(app, "g.okafor")
    page = f"{AUDIT}/read/{mine}/interview"
    assert lead.get(page).status_code == 404, "who does not read it notes nothing"
    assert "Enter “What was said”" in post(okafor, page, **{"with": "practitioner", "occurred_on": "20/12/2005"}).text
    said = {"with": "practitioner", "occurred_on": "20/12/2005", "note": "Knew the case well"}
    assert post(okafor, page, **said).status_code == 302
    assert "Knew the case well" in okafor.get(f"{AUDIT}/read/{mine}").text
    assert "1 interview" in lead.get(f"{AUDIT}/report").text
    page = okafor.get(f"{AUDIT}/read/{mine}").text
    ticked = set(re.findall(r'name="sources" value="(\w+)" checked', page))
    assert ticked == {"case_file", "interview_with_practitioner"}, "the file is shown, and whom they spoke to is noted"
    said = {"sources": ["case_file", "other_documents", "no_such"], "step": "finish", "note": "All of it"}
    assert post(okafor, f"{AUDIT}/read/{mine}", **said).status_code == 302
    assert 'value="other_documents" checked' in okafor.get(f"{AUDIT}/read/{mine}").text
    assert "Case file in 1, other documents in 1" in lead.get(f"{AUDIT}/report").text
    made = lead.get(f"{AUDIT}/report/json").json["made"]
    assert made["rested_on"] == {
        "case_file": 1, "interview_with_practitioner": 0, "interview_with_person_supervised": 0, "interview_with_others": 0,
        "other_documents": 1, "not_said": 0,
    }  # fmt: skip
    assert "Knew the case well" not in signed_in(app, "c.whitlock").get(f"/cases/{mine}/timeline").text


def test_a_local_assessor_opens_the_cases_that_they_have_to_read_and_replays_them(
    app: Flask, lead: FlaskClient
) -> None:
    sallis, held = signed_in(app, "h.sallis"), teams(lead)
    mine = [case for case, one in given(lead).items() if one.assessor_id == "h.sallis"]
    others = [case for case, one in given(lead).items() if one.assessor_id == "g.okafor" and OFFICER not in held[case]
              and "Tewkesbury and Cotswold" not in held[case]]  # fmt: skip
    for page in ("", "/replay", "/timeline", "/then-and-now"):
        assert sallis.get(f"/cases/{mine[0]}{page}").status_code == 200, page
        assert sallis.get(f"/cases/{others[0]}{page}").status_code == 404, page
    assert sallis.get(f"/cases/{mine[0]}/record/ContactLogged").status_code in (403, 404), "they record nothing there"
    post(sallis, f"{AUDIT}/read/{mine[0]}", step="finish", note="All of it")
    assert sallis.get(f"/cases/{mine[0]}").status_code == 404, "once it is read, it is closed again"
