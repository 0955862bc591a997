"""The draw over HTTP: the record's seed, what is left out and why, spares in their order, and the lines of docs/sampling.md."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from domain.aggregates.draw_seed import frame_digest, seed_of
from domain.aggregates.inspection import Inspection
from domain.aggregates.sampling import draw
from domain.entries.entry import Entry
from domain.entries.inspection_entries import CaseReplaced
from domain.entries.schemas import load_entry
from domain.store.application import Files
from tests.support.people import confirm_all, opens, post, signed_in
from tests.web.inspections.test_inspection_pages import AUDIT, OPENED, file
from web.app import create_app
from web.cli import main

pytestmark = pytest.mark.both

DOC = Path(__file__).parents[3] / "docs" / "sampling.md"
FRAME = {"started_from": "1/4/2005", "started_to": "31/5/2005", "strata": []}
SIZE = {"size": "4", "spare_per_cent": "100"}


@pytest.fixture
def app(own_database: Path) -> Flask:
    return create_app(str(own_database), today=lambda: date(2005, 12, 22), demo=True)


@pytest.fixture
def lead(app: Flask) -> Iterator[FlaskClient]:
    client = signed_in(app, "j.hartnell")
    opens(client, **OPENED)
    assert post(client, f"{AUDIT}/frame", **FRAME).status_code == 302
    yield client


def now(client: FlaskClient) -> Inspection:
    return Inspection.of([one for one in file(client, "october-audit") if isinstance(one, Entry)])


def run(database: object, *arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, [*arguments, "--database", str(database)])
    assert result.exit_code == code, result.output
    return result.output


def record(database: object, reference: str, *facts: Entry) -> None:
    files = Files.open(str(database))
    files.record(reference, facts, actor="test")
    files.close()


def test_the_seed_comes_from_the_record_and_anybody_repeats_the_draw(
    lead: FlaskClient, own_database: Path, tmp_path: Path
) -> None:
    """The lines of the document, run on what the page and the command give; with a limit for each officer and without."""
    page = lead.get(f"{AUDIT}/sample").text
    assert "Nothing has been stored since" in page and "formula suggests" in page and "R, recalled" in page
    lines: list[str] = re.findall(r"```python\n(.*?)```", DOC.read_text(encoding="utf-8"), re.DOTALL)
    assert len(lines) == 3 and len(lines[0].strip().splitlines()) <= 20

    def repeated(number: int, *paths: Path) -> list[str]:
        script = tmp_path / f"lines-{number}.py"
        script.write_text(lines[number], encoding="utf-8")
        arguments = [sys.executable, str(script), *map(str, paths)]
        return subprocess.run(arguments, capture_output=True, text=True, check=True).stdout.split("\n")[:-1]

    exported, kept = tmp_path / "export.ndjson", tmp_path / "draw.json"
    for limit in (None, "1"):
        again = {} if limit is None else {"per_officer": limit, "reason": "With a limit"}
        assert post(lead, f"{AUDIT}/sample", **{**SIZE, "size": "5"}, **again).status_code == 302
        kept.write_bytes(lead.get(f"{AUDIT}/draw/json").data)
        said = json.loads(kept.read_bytes())
        assert (
            said == json.loads(run(own_database, "sample", "october-audit", "--format", "json")) and said["closed"] == 0
        )
        assert said["per_officer"] == (limit and int(limit))
        assert limit is not None or repeated(0, kept) == ["the same sample"]
        assert repeated(1, kept) == ["the same sample"]
        exported.write_text(run(own_database, "export", "--case", "october-audit"), encoding="utf-8")
        assert repeated(2, kept, exported) == ["True", "True"]
        said["cases"][0], said["spares"][0] = said["spares"][0], said["cases"][0]
        kept.write_text(json.dumps(said), encoding="utf-8")
        assert repeated(0 if limit is None else 1, kept) == ["another sample"]
    found = now(lead)
    assert found.drawn is not None and found.frame is not None and found.drawn.seed_from is not None
    assert found.drawn.seed == seed_of(frame_digest(found.frame), found.drawn.seed_from.hash) == found.draws[0].seed
    assert found.drawn.cases == draw(found.frame.cases, 5, found.drawn.seed, per_officer=1).cases
    output = run(own_database, "sample", "october-audit")
    assert "the draw on record" in output and "this record proves it" in output
    assert "october-audit" not in run(own_database, "verify"), "there is nothing to say of its seeds"
    page = lead.get(f"{AUDIT}/draw").text
    assert (
        found.drawn.seed in page and "1 frame, 2 draws" in page and "With a limit" in page and "Seed typed" not in page
    )
    assert "Drawn 2 times" in lead.get(f"{AUDIT}/work").text
    sampling = lead.get(f"{AUDIT}/report/json").json["sampling"]  # type: ignore[index]
    assert (sampling["frames"], sampling["draws"], sampling["drawn_again"]) == (1, 2, ["With a limit"])


def test_a_typed_seed_repeats_a_draw_and_is_marked(lead: FlaskClient, own_database: Path) -> None:
    asked = {**SIZE, "seed": "Gloucestershire", "method": "half_up"}
    assert "Say which draw the seed repeats" in post(lead, f"{AUDIT}/sample", **asked).text
    assert "this one has 10,000" in post(lead, f"{AUDIT}/sample", **{**asked, "seed": "s" * 10_000}, repeats="r").text
    assert now(lead).draws == []
    post(lead, f"{AUDIT}/sample", **asked, repeats="The draw of the follow-up")
    page = lead.get(f"{AUDIT}/draw").text
    assert "Seed typed by hand" in page and "The draw of the follow-up" in page
    assert "Typed by hand, to repeat a draw" in lead.get(f"{AUDIT}/work").text
    assert "the seed of the draw" in run(own_database, "verify") and "Typed by hand" in run(
        own_database, "sample", "october-audit"
    )
    run(own_database, "sample", "october-audit", "--seed", "s" * 10_000, code=2)
    with_seed = lead.get(f"{AUDIT}/report/json").json["sampling"]  # type: ignore[index]
    assert with_seed["seed_from"] is None and with_seed["repeats"] == "The draw of the follow-up"


def test_a_draw_that_came_from_another_record_is_marked(lead: FlaskClient, own_database: Path) -> None:
    frame = now(lead).frame
    assert frame is not None
    source = {"record": "other.example/caseaudit/x", "frame": frame_digest(frame), "position": 7, "hash": "0f" * 32}
    seed = seed_of(frame_digest(frame), "0f" * 32)
    made = draw(frame.cases, 4, seed)
    values = {"entry": "draw", "occurred_on": "2005-12-01", "recorded_at": "2005-12-01T10:00:00+00:00", "size": 4, "seed": seed,
              "seed_from": source, "method": "largest_remainder", "cases": made.cases, "spares": made.spares}  # fmt: skip
    record(own_database, "october-audit", load_entry("SampleDrawn", values))
    page = lead.get(f"{AUDIT}/draw").text
    assert "Seed of another record" in page and "other.example/caseaudit/x" in page
    assert "another record than this one" in run(own_database, "sample", "october-audit")
    assert "which alone proves it" in run(own_database, "verify")


def test_what_is_left_out_is_said_by_reason_and_by_hand_with_words(lead: FlaskClient, own_database: Path) -> None:
    first = now(lead).frame
    assert first is not None and first.ended == "out" and all(f.unit for f in first.cases)
    case, other = first.cases[0].case, first.cases[1].case
    end = {
        "entry": "over",
        "occurred_on": "2005-09-01",
        "recorded_at": "2005-09-01T10:00:00+01:00",
        "reason": "completed",
    }
    record(own_database, other, load_entry("SupervisionEnded", end))
    again = {**FRAME, "reason": "An order had ended"}

    def row(case: str, why: str, words: str, number: int = 1) -> dict[str, str]:
        return {f"excluded.{number}.case": case, f"excluded.{number}.why": why, f"excluded.{number}.words": words}

    for wrong, words in (
        (row(case, "read_recently", ""), "Say in words why the case is left out"),
        (row(case, "", "In the spring audit"), "Choose a reason of the list"),
        (row(case, "had_ended", "x"), "Choose a reason of the list"),
        (row("X1", "read_recently", "x"), "Enter the reference of the case"),
        (row("Z999999/9", "read_recently", "x"), "Z999999/9 is not among the cases of this window"),
        ({**row(case, "read_recently", "x"), **row(case, "safety", "x", 2)}, "left out in a row above already"),
        (FRAME, "Why the frame is taken again"),
    ):
        answer = post(lead, f"{AUDIT}/frame", **({**again, **wrong} if wrong is not FRAME else FRAME))
        assert answer.status_code == 200 and words in answer.text, words
    by_hand = row(case, "read_recently", "In the spring audit")
    looked = post(lead, f"{AUDIT}/frame", **again, **by_hand, step="look").text
    assert f"The frame would hold {len(first.cases) - 2} cases" in looked and "1 case that had ended" in looked
    assert "Left out by hand, case 7" not in looked
    assert "Left out by hand, case 6" in post(lead, f"{AUDIT}/frame", **again, **by_hand, step="rows").text
    assert len(now(lead).frames) == 1, "looking stores nothing"
    post(lead, f"{AUDIT}/frame", **again, **by_hand)
    taken = now(lead)
    assert taken.frame is not None and len(taken.frames) == 2 and taken.frame.reason == "An order had ended"
    out = {one.case: (one.why, one.words) for one in taken.frame.left_out if one.case in (case, other)}
    assert out == {case: ("read_recently", "In the spring audit"), other: ("had_ended", None)}
    post(lead, f"{AUDIT}/sample", **SIZE)
    page = lead.get(f"{AUDIT}/draw").text
    assert (
        "2 frames, 1 draw" in page
        and "In the spring audit" in page
        and "1 case that had ended by the sample date" in page
    )
    assert "by hand (read for another inspection not long ago)" in page
    post(lead, f"{AUDIT}/frame", **again, ended="in")
    assert other in {f.case for f in now(lead).frame.cases}  # type: ignore[union-attr]


def test_a_case_is_replaced_by_the_next_spare_for_a_reason_of_the_list(
    app: Flask, lead: FlaskClient, own_database: Path
) -> None:
    post(lead, f"{AUDIT}/sample", **SIZE)
    found = now(lead)
    case = next(one for one in found.sample if len(found.spares_for(one)) > 1)
    first, second = found.spares_for(case)[:2]
    path = f"{AUDIT}/replace/{case}"
    assert first in lead.get(path).text and second not in lead.get(path).text
    assert "Choose an answer for" in post(lead, path, reason="Lost").text
    assert "is not in it" in post(lead, path, why="did_not_please", reason="Lost").text
    assert "Enter" in post(lead, path, why="file_missing").text
    limit = {"entry": "limit", "occurred_on": "2005-12-01", "recorded_at": "2005-12-01T10:00:00+00:00",
             "excluded": ["j.hartnell"], "reason": "a relative"}  # fmt: skip
    record(own_database, first, load_entry("AccessLimited", limit))
    page = lead.get(path).text
    assert first not in page and second in page and "1 spare case before it is closed to you" in page
    assert "cannot be repeated from them" in lead.get(f"{AUDIT}/draw").text
    assert first not in lead.get(f"{AUDIT}/draw/json").text and lead.get(f"{AUDIT}/draw/json").json["closed"] == 1  # type: ignore[index]
    post(lead, path, why="file_missing", reason="Lost in a move", by="X999999/1")
    (done,) = [one for one in file(lead, "october-audit") if isinstance(one, CaseReplaced)]
    assert (done.by, done.why, done.passed_over) == (second, "file_missing", [first])
    page = lead.get(f"{AUDIT}/work").text
    assert "1 case: 1 the file cannot be had; 1 spare case passed over" in page
    sampling = lead.get(f"{AUDIT}/report/json").json["sampling"]  # type: ignore[index]
    assert sampling["replaced"] == {"file_missing": 1} and sampling["passed_over"] == 1


def test_once_given_out_only_the_lead_replaces_a_case_and_second_readings_are_shown_as_drawn(
    app: Flask, lead: FlaskClient
) -> None:
    post(lead, f"{AUDIT}/sample", **{**SIZE, "size": "6"})
    found = now(lead)
    assert len(found.second_drawn) == 5
    post(lead, f"{AUDIT}/assessors", f"{AUDIT}/work", assessor="j.hartnell", role="hm_inspector")
    assert lead.get(f"{AUDIT}/allocation").text.count("drawn for a second reading") == 5
    post(lead, f"{AUDIT}/allocation", step="share")
    post(lead, f"{AUDIT}/assessors", f"{AUDIT}/work", assessor="g.okafor", role="hm_inspector")
    confirm_all(lead.application)
    other, case = signed_in(app, "g.okafor"), found.sample[0]
    answer = other.get(f"{AUDIT}/replace/{case}")
    assert answer.status_code == 403 and "only the lead" in answer.text
    assert lead.get(f"{AUDIT}/replace/{case}").status_code == 200


def test_nobody_else_learns_a_draw(app: Flask, lead: FlaskClient) -> None:
    post(lead, f"{AUDIT}/sample", **SIZE)
    for who in ("p.anstey", "m.hoole", "i.nkemelu"):
        client = signed_in(app, who)
        for page in ("", "/work", "/draw", "/draw/json", "/draw/csv", "/sample", "/frame", "/report/json"):
            assert client.get(f"{AUDIT}{page}").status_code in (403, 404), (who, page)


def test_the_stored_samples_of_gloucestershire_are_as_they_were(own_database: Path) -> None:
    for name in ("gloucestershire-2004", "gloucestershire-2005"):
        output = run(own_database, "sample", name)
        assert (
            "60 cases drawn" in output and "the draw on record" in output and "is of before seeds were made" in output
        )
    assert "seed of the draw" in run(own_database, "verify")
