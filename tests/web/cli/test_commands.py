"""The command line as an operator uses it: what it prints, in which form, with which exit code."""

import csv
import io
import json
from datetime import date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from domain import __version__, built_from
from domain.entries.entry import CLAIMED
from domain.policy.frameworks.framework_files import frameworks
from domain.policy.standards.edition_files import national_standards
from projections.cases.case_repository import CaseRepository
from projections.history.history import end_of_day
from projections.history.moment import Moment
from projections.inspections.sample_scores import score_readings
from web.cli import main
from web.presentation.json_documents import score_document

INSPECTION = "gloucestershire-2005"


@pytest.fixture
def run(demo_database: Path):  # type: ignore[no-untyped-def]
    def call(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(main, [*arguments, "--database", str(demo_database)])
        assert result.exit_code == code, result.output
        return result

    return call


def test_score_prints_the_documented_document(run) -> None:  # type: ignore[no-untyped-def]
    document = json.loads(run("score", "--inspection", INSPECTION, "--format", "json").output)
    assert document["as_at"] == "2005-10-03"
    assert document["known_at"] == "2005-10-04T00:00:00+01:00"
    assert (document["framework"], document["framework_version"], document["cases"]) == ("esi-2003", "1", 60)
    assert [(s["id"], s["printed"]) for s in document["sections"]] == [("B", 66), ("C", 63)]
    assert [(a["id"], a["printed"]) for a in document["section_a"]] == [
        ("A1", "Satisfactorily met"), ("A2", "Satisfactorily met"), ("A3", "Partly met"), ("A4", "Not followed up"),
        ("A5", "Well met"),
    ]  # fmt: skip
    b2 = document["criteria"][1]
    assert (b2["id"], b2["weight"], b2["printed"]) == ("B2", "critical", 89)
    present, on_time = b2["questions"]
    assert present["sufficient"] == 60 and on_time["insufficient"] == 13
    assert 0 < on_time["low"] < on_time["score"] < on_time["high"] < 100
    assert document["high_risk"]["cases"] == 11


def test_score_as_text_and_csv_give_the_same_figures(run) -> None:  # type: ignore[no-untyped-def]
    text = run("score", "--inspection", INSPECTION).output
    assert "60 cases as at 3 Oct 2005, as the file stood that day" in text
    assert any(line.startswith("Score for section C") and line.split()[-1] == "63%" for line in text.splitlines())
    rows = list(csv.DictReader(io.StringIO(run("score", "--inspection", INSPECTION, "--format", "csv").output)))
    printed = {row["criterion"] or row["section"]: row["printed"] for row in rows if row["printed"]}
    assert printed["B1"] == "55" and printed["C"] == "63"


def test_score_can_be_cut_by_team_officer_and_risk(run) -> None:  # type: ignore[no-untyped-def]
    def cases(*arguments: str) -> int:
        cut = run("score", "--inspection", INSPECTION, "--format", "json", *arguments).output
        return int(json.loads(cut)["cases"])

    teams = ["Cheltenham", "Tewkesbury and Cotswold", "Gloucester", "Stroud and Forest"]
    assert sum(cases("--team", team) for team in teams) == 60
    nowhere = run("score", "--inspection", INSPECTION, "--team", "Nowhere", code=2).output
    assert "--team: No case has been held in a team called Nowhere. There are: Cheltenham, Gloucester" in nowhere
    assert (
        json.loads(run("score", "--team", "Gloucester", "--as-at", "1999-01-01", "--format", "json").output)["cases"]
        == 0
    )
    assert cases("--high-risk") == 11
    assert cases("--area", "Gloucestershire", "--officer", "Ruth Ablewhite") < 60


def test_score_without_an_inspection_takes_every_case_then_under_supervision(run) -> None:  # type: ignore[no-untyped-def]
    document = json.loads(run("score", "--as-at", "2004-10-04", "--format", "json").output)
    assert document["cases"] == 60
    quality = document["criteria"][0]["questions"][2]
    assert quality["not_answered"] > 0, "an inspection's judgements count for that inspection alone"


def test_score_by_another_edition_lists_the_answers_that_change_and_why(run) -> None:  # type: ignore[no-untyped-def]
    arguments = ["score", "--inspection", INSPECTION, "--standards", "2007"]
    document = json.loads(run(*arguments, "--format", "json").output)
    plain = json.loads(run("score", "--inspection", INSPECTION, "--format", "json").output)
    assert document["standards"] == "2007" and document["changes"]
    assert document["criteria"] != plain["criteria"]
    for change in document["changes"]:
        assert change["was"] != change["now"] and change["because"]
        obligations = [b["obligation"] for b in change["because"] if "obligation" in b]
        assert {o["edition"] for o in obligations} <= {"2007", "esi-2003"}
    text = run(*arguments).output
    assert "by edition 2007 throughout" in text and f"{len(document['changes'])} answers change" in text
    same = json.loads(run("score", "--inspection", INSPECTION, "--standards", "2005", "--format", "json").output)
    assert same["changes"] == [], "every duty of these files arose under the edition of 2005"


def test_case_explains_its_answers_down_to_the_entries(run) -> None:  # type: ignore[no-untyped-def]
    found = json.loads(run("due", "--as-at", "2005-10-03", "--format", "json").output)[0]
    document = json.loads(run("case", found["case"], "--as-at", "2005-10-03", "--format", "json").output)
    owed = [o for o in document["obligations"] if o["clause"] == found["clause"] and o["due_on"] == found["due_on"]]
    assert owed and owed[0]["state"] == found["state"] and owed[0]["citation"]
    entries = {fact["entry"] for fact in document["facts"]}
    for obligation in document["obligations"]:
        assert obligation["raised_by"] in entries
        assert set(obligation["met_by_entries"]) <= entries
        assert obligation["met_by"] in (None, *obligation["met_by_entries"])
        assert obligation["state"] in {"due", "met", "met_late", "overdue", "missed", "lapsed"}
    assert all(answer["because"] for answer in document["answers"])
    assert len(document["answers"]) == 42
    text = run("case", found["case"], "--as-at", "2005-10-03").output
    assert "ENTRIES" in text and "DUTIES" in text and "working days overdue" in text


def test_a_case_known_earlier_shows_less(run) -> None:  # type: ignore[no-untyped-def]
    case = json.loads(run("due", "--as-at", "2005-10-03", "--format", "json").output)[-1]["case"]

    def facts(*arguments: str) -> int:
        return len(json.loads(run("case", case, "--format", "json", *arguments).output)["facts"])

    assert facts("--as-at", "2005-10-03", "--known-at", "2005-06-01") < facts("--as-at", "2005-10-03")
    assert facts("--as-at", "2005-10-03") <= facts("--as-at", "2005-10-03", "--known-at", "hindsight")
    assert facts("--as-at", "2005-10-03") < facts("--as-at", "2005-12-20")


def test_due_lists_what_is_overdue_and_what_falls_due(run) -> None:  # type: ignore[no-untyped-def]
    now = json.loads(run("due", "--as-at", "2005-10-03", "--within", "0", "--format", "json").output)
    soon = json.loads(run("due", "--as-at", "2005-10-03", "--within", "14", "--format", "json").output)
    assert now and len(soon) > len(now)
    assert {o["state"] for o in soon} == {"overdue", "due"}
    assert all(o["due_on"] <= "2005-10-17" for o in soon)
    assert [o["due_on"] for o in soon] == sorted(o["due_on"] for o in soon)
    team = json.loads(run("due", "--as-at", "2005-10-03", "--team", "Gloucester", "--format", "json").output)
    assert {o["team"] for o in team} == {"Gloucester"}
    rows = list(csv.DictReader(io.StringIO(run("due", "--as-at", "2005-10-03", "--format", "csv").output)))
    assert set(rows[0]) == {"case", "clause", "citation", "sure", "due_on", "state", "officer", "team"}
    marks = {o["sure"] for o in soon}
    assert "R" in marks and marks <= {"F", "R", "U", "P"}
    assert "(recalled)" in run("due", "--as-at", "2005-10-03").output


def test_export_then_import_gives_the_same_database(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    exported = run("export").output
    path, database = tmp_path / "all.ndjson", str(tmp_path / "again.sqlite")
    path.write_text(exported, encoding="utf-8")
    result = CliRunner().invoke(main, ["import", str(path), "--database", database])
    assert (result.exit_code, "0 rejected" in result.output) == (0, True), result.output
    again = CliRunner().invoke(main, ["export", "--database", database]).output
    first, second = (sorted(map(_without_claims, text.splitlines())) for text in (exported, again))
    assert second == first
    arguments = ["score", "--inspection", INSPECTION, "--format", "json"]
    scored, before = json.loads(CliRunner().invoke(main, [*arguments, "--database", database]).output), run(*arguments)
    assert scored | {"stored_late": None} == json.loads(before.output) | {"stored_late": None}


def _without_claims(line: str) -> str:
    return json.dumps({name: value for name, value in json.loads(line).items() if name not in CLAIMED})


def test_what_an_export_claims_survives_an_import_and_is_exported_again(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """The third time of the first record is a claim in the second, beside its own, and an earlier one in a third."""
    case = json.loads(run("due", "--as-at", "2005-10-03", "--format", "json").output)[-1]["case"]
    exported = run("export", "--case", case).output
    first = json.loads(exported.splitlines()[0])
    assert (first["source"], first["stored_by"], "earlier" in first) == (
        "samples",
        "source samples, taking over, demo",
        False,
    )
    for step in (1, 2):
        path, database = tmp_path / f"{step}.ndjson", str(tmp_path / f"{step}.sqlite")
        path.write_text(exported, encoding="utf-8")
        assert CliRunner().invoke(main, ["import", str(path), "--database", database]).exit_code == 0
        exported = CliRunner().invoke(main, ["export", "--case", case, "--database", database]).output
        again = json.loads(exported.splitlines()[0])
        assert again["stored_by"].startswith("operator (") and "source" not in again
        claims = [datetime.fromisoformat(one.split(" ")[0]) for one in again["earlier"]]
        assert len(claims) == step and claims[-1] == datetime.fromisoformat(first["stored_at"])
        assert again["earlier"][-1].endswith(" source samples, taking over, demo")
    shown = CliRunner().invoke(main, ["case", case, "--as-at", "2005-10-03", "--database", database]).output
    assert "The record it came from says: stored " in shown and "A record before that says: stored " in shown
    back = CliRunner().invoke(main, ["import", str(path), "--database", str(tmp_path / "1.sqlite")]).output
    assert back.startswith("0 entries stored") and ", 0 rejected" in back, "a claim makes no other entry"


def test_as_received_here_at_the_command_line_says_what_was_not_held(run) -> None:  # type: ignore[no-untyped-def]
    case = json.loads(run("due", "--as-at", "2005-10-03", "--format", "json").output)[-1]["case"]
    said = run("case", case, "--as-at", "2005-10-03", "--received").output
    assert said.startswith(f"{case}: this service did not hold the file then; the first of it was stored here on ")
    shown = run("case", case, "--as-at", "2005-10-03").output
    assert "Taken over on " in shown and "from samples, by demo" in shown
    found = json.loads(run("case", case, "--as-at", "2005-10-03", "--format", "json").output)["stored"]
    assert all(one["taken_over"] and one["source"] == "samples" and not one["late"] for one in found.values())
    scored = json.loads(run("score", "--inspection", INSPECTION, "--received", "--format", "json").output)
    assert scored["cases"] == 0 and scored["stored_late"]["cases_not_held"] == 60
    assert "60 cases of the sample were not held" in run("score", "--inspection", INSPECTION, "--received").output
    assert "with --inspection" in run("score", "--received", code=2).output


def test_export_of_one_case_as_known_then(run) -> None:  # type: ignore[no-untyped-def]
    case = json.loads(run("due", "--as-at", "2005-10-03", "--format", "json").output)[-1]["case"]
    every = run("export", "--case", case).output.splitlines()
    early = run("export", "--case", case, "--known-at", "2005-06-01").output.splitlines()
    assert 0 < len(early) < len(every)
    assert all(json.loads(line)["recorded_at"] < "2005-06-02" for line in early)


def test_demo_again_changes_nothing(own_database: Path) -> None:
    result = CliRunner().invoke(main, ["demo", "--no-serve", "--samples-only", "--database", str(own_database)])
    assert result.exit_code == 0 and "0 entries stored" in result.output
    verified = CliRunner().invoke(main, ["verify", "--database", str(own_database)])
    assert verified.exit_code == 0 and "verified" in verified.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["score", "--inspection", "nowhere"], "There is no inspection called nowhere. There are: "),
        (["score", "--as-at", "3/10/2005"], "write it as 2005-10-03"),
        (["score", "--as-at", "2005-02-30"], "not a day"),
        (["score", "--known-at", "2005-10-03T10:00"], "not 'hindsight', a day or an instant"),
        (["score", "--framework", "omi"], "'omi' is not"),
        (["case", "X999999/1"], "there is no case X999999/1"),
        (["due", "--within", "-1"], "-1 is not in the range"),
        (["export", "--case", "X999999/1"], "there is no case X999999/1"),
    ],
)
def test_a_wrong_call_exits_2_and_says_why(run, arguments: list[str], said: str) -> None:  # type: ignore[no-untyped-def]
    assert said in run(*arguments, code=2).output


def test_a_database_that_is_not_there_is_not_made_by_reading(tmp_path: Path) -> None:
    path = tmp_path / "none.sqlite"
    result = CliRunner().invoke(main, ["score", "--database", str(path)])
    assert result.exit_code == 2 and "caseaudit demo" in result.output
    assert not path.exists()


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://127.0.0.1:1/x", "cannot be opened"),
        ("postgresql://127.0.0.1:1", "the name of the database is missing"),
        ("mysql://x", "is no database known here; write a path, sqlite:///PATH or postgresql://..."),
    ],
)
def test_a_database_that_cannot_be_used_is_refused_in_words(url: str, words: str) -> None:
    result = CliRunner().invoke(main, ["score", "--database", url])
    assert result.exit_code == 2 and words in result.output


def test_an_empty_database_scores_nothing(tmp_path: Path) -> None:
    database, nothing = str(tmp_path / "e.sqlite"), tmp_path / "empty.ndjson"
    nothing.write_text("")
    assert CliRunner().invoke(main, ["import", str(nothing), "--database", database]).exit_code == 0
    result = CliRunner().invoke(main, ["score", "--format", "json", "--database", database])
    document = json.loads(result.output)
    assert document["cases"] == 0
    assert {c["printed"] for c in document["criteria"]} == {None}
    assert json.loads(CliRunner().invoke(main, ["due", "--format", "json", "--database", database]).output) == []


def test_a_dry_run_makes_no_database(tmp_path: Path, sample_files: Path) -> None:
    database = tmp_path / "none.sqlite"
    arguments = ["import", str(sample_files), "--dry-run", "--database", str(database)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0 and "10,981 entries would be stored" in result.output
    assert not database.exists()


@pytest.mark.parametrize(
    ("where", "known"),
    [({"team": "Gloucester"}, "hindsight"), ({"officer": "Tunde Adeyemi"}, "2005-10-03"), ({}, "2005-10-03")],
)
def test_a_place_is_scored_as_its_cases_read_one_by_one_are(
    demo_database: Path, demo_book: CaseRepository, where: dict[str, str], known: str
) -> None:
    arguments = [part for name, value in where.items() for part in (f"--{name}", value)]
    document = json.loads(CliRunner().invoke(main, [
        "score", "--as-at", "2005-10-03", "--known-at", known, "--format", "json", "--database", str(demo_database), *arguments,
    ]).output)  # fmt: skip
    on = date(2005, 10, 3)
    moment = Moment(on, None if known == "hindsight" else end_of_day(on))
    framework = frameworks()["esi-2003"]
    held = [
        r for r in demo_book.read_all(demo_book.cases, moment, framework)
        if all(getattr(r.snapshot.spell.place, name) == value for name, value in where.items())
    ]  # fmt: skip
    want = score_document(score_readings(framework, moment, held), None, [])
    assert held and document == json.loads(json.dumps(want))


def test_standards_lists_what_an_edition_lays_what_it_does_not_and_what_is_only_described() -> None:
    def told(*arguments: str, code: int = 0) -> str:
        result = CliRunner().invoke(main, ["standards", *arguments])
        assert result.exit_code == code, result.output
        return result.output

    assert [line.split()[1] for line in told().splitlines()] == [e.id for e in national_standards().editions]
    text = told("2022")
    assert "15 days (ours) HMPPS welcome hub, Home Visits framework" in text
    assert "NOT LAID (no value)  How often a person is seen, and how often by tier" in text
    assert "ONLY DESCRIBED: what a tool of the service says" in text and "5 working days (recalled)" in text
    assert "NOT LAID (professional judgement)  How often a person is seen" in told("2011")
    (found,) = json.loads(told("2021", "--format", "json"))
    assert {v["sure"] for c in found["laid"] for v in c["values"]} == {"F", "R", "P"}
    assert {"home-visit": "2022-01-01"}.items() <= {c["clause"]: c["from"] for c in found["laid"]}.items()
    assert "There is no edition called 1066. There are: " in told("1066", code=2)


def test_the_version_says_its_commit_where_that_is_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(built_from, "ROOT", tmp_path)  # no checkout
    monkeypatch.setattr(built_from, "NOTED", tmp_path / "COMMIT")
    for noted, said in (("", f"caseaudit, version {__version__}\n"), ("0d1c50956a2f\n", "(commit 0d1c50956a2f)\n")):
        built_from.commit.cache_clear()
        if noted:
            (tmp_path / "COMMIT").write_text(noted)
        assert CliRunner().invoke(main, ["--version"]).stdout.endswith(said)
    built_from.commit.cache_clear()
