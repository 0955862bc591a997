"""``policy try`` on the demonstration: text, JSON and page, what is refused, and that nothing is stored."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.domain.policy.test_policy_folders import NEW
from web.cli import main

TERMS = ("--area", "Gloucestershire", "--from", "2005-04-01", "--to", "2005-10-03")
REGISTER = """
  - id: register-review
    kind: within
    in_custody: runs
    subject: register
    says: A register ended within {limit} of the start
    after: start
    by: [{entry: RegisterEnded}]
    values:
      - {allow: 10 working days, cite: local, sure: P, remark: ours}
"""


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    folder = tmp_path / "draft"
    (folder / "standards").mkdir(parents=True)
    (folder / "standards" / "local.yaml").write_text(NEW.replace("not_auditable", f"{REGISTER[1:]}not_auditable"))
    return folder


@pytest.fixture
def run(demo_database: Path) -> Any:
    def call(*arguments: object, code: int = 0) -> Result:
        asked = ["policy", "try", *TERMS, *map(str, arguments), "--database", str(demo_database)]
        result = CliRunner().invoke(main, asked)
        assert result.exit_code == code, result.output
        return result

    return call


def test_each_form_begins_with_the_same_sentence_and_says_the_same(
    run: Any, draft: Path, tmp_path: Path, demo_database: Path
) -> None:
    before = demo_database.read_bytes()
    page = tmp_path / "trial.html"
    text = run(draft, "--html", page).stdout
    found = json.loads(run(draft, "--format", "json").stdout)
    first = "This is what past work would have met. Nobody was working to this standard."
    assert text.startswith(first) and next(iter(found.values())) == first and first in page.read_text("utf-8")
    assert found["cases"] == 120 and found["cannot_be_told"] == {
        "duties": 60,
        "clauses": {"register-review": ["RegisterEnded"]},
    }
    plan = next(one for one in found["clauses"] if one["clause"] == "initial-plan")
    assert (plan["law"], plan["draft"]["due"]) == (None, 60)
    in_time = plan["draft"]["in_time"]
    assert "Cannot be told: 60 duties." in text and re.search(rf"initial-plan +0 +0 +60 +{in_time} +0", text)
    assert page.read_text("utf-8").count("<details>") == len(found["changed"]) > 0
    assert all(case["missed_by_law_only"] or case["missed_by_draft_only"] for case in found["changed"])
    assert found["load"] == sorted(found["load"], key=lambda one: (one["officer"], one["week"]))
    assert demo_database.read_bytes() == before, "nothing is stored"


def test_for_orders_begun_later_than_any_the_law_stays(run: Any, draft: Path) -> None:
    found = json.loads(run(draft, "--for-orders-begun-from", "2005-10-01", "--format", "json").stdout)
    assert found["duties"] == {"added": 0, "gone": 0, "moved": 0} and found["changed"] == []


def test_it_is_tried_as_known_at_a_day(run: Any, draft: Path) -> None:
    def due(*known: str) -> int:
        return sum(one["law"]["due"] for one in json.loads(run(draft, *known, "--format", "json").stdout)["clauses"]
                   if one["law"])  # fmt: skip

    assert due("--known-at", "hindsight") == due() > due("--known-at", "2005-06-01") > 0


def test_hours_come_from_a_table_that_is_brought(run: Any, draft: Path, tmp_path: Path) -> None:
    table = tmp_path / "minutes.csv"
    table.write_text("clause,minutes\ninitial-plan,90\nregister-review,30\n")
    assert json.loads(run(draft, "--minutes", table, "--format", "json").stdout)["hours"] == {
        "law": 0.0,
        "draft": 120.0,
    }
    assert (
        "Hours under the law 0.0, under the draft 120.0, by your table of minutes."
        in run(draft, "--minutes", table).stdout
    )
    for rows, words in (
        ("initial-plan,many\n", "minutes.csv line 2: expected the columns clause and minutes"),
        ("initial-plan,-1\n", "minutes.csv line 2: expected"),
        ("initial-plan\n", "minutes.csv line 2: expected"),
        ("initial-plan,1\ninitial-plan,2\n", "minutes.csv line 3: 'initial-plan' stands twice"),
        ("no-such,1\n", "line 2: 'no-such' is a clause neither of the laws in force nor of the draft"),
        ("", "it has no rows"),
    ):
        table.write_text(f"clause,minutes\n{rows}")
        assert words in run(draft, "--minutes", table, code=2).stderr
    for content in (b"clause,minutes\ninitial-plan,1\xe9\n", b"clause,minutes\n" + b"x" * 200_000 + b",1\n"):
        table.write_bytes(content)
        assert "minutes.csv: not readable as a CSV in UTF-8" in run(draft, "--minutes", table, code=2).stderr


def test_what_cannot_be_tried_is_refused_in_words(run: Any, draft: Path, tmp_path: Path) -> None:
    assert (
        "give one of them"
        in run(draft, "--starts", "2005-05-01", "--for-orders-begun-from", "2005-05-01", code=2).stderr
    )
    assert "No case has been held in an area called Kent" in run(draft, "--area", "Kent", code=2).stderr.replace(
        "\n", " "
    )
    assert "is before --from" in run(draft, "--to", "2005-01-01", code=2).stderr
    for option in ("--starts", "--for-orders-begun-from"):
        assert f"{option} 2006-01-01 is after --to 2005-10-03" in run(draft, option, "2006-01-01", code=2).stderr
    assert "is not 'hindsight', a day or an instant" in run(draft, "--known-at", "yesterday", code=2).stderr
    nowhere = tmp_path / "none" / "page.html"
    assert "--html:" in (said := run(draft, "--html", nowhere, code=2).stderr) and "cannot be made" in said
    assert "the columns hold no other days" in run(draft, "--to", "9999-12-31", code=2).stderr.replace("\n", " ")
    assert "there is no such folder" in run(tmp_path / "none", code=2).stderr
    (draft / "standards" / "second.yaml").write_text(NEW.replace('"2030"', '"2031"'))
    assert "one draft edition is tried at a time, and standards/ holds 2" in run(draft, code=2).stderr
    (draft / "standards" / "second.yaml").write_text(NEW[: NEW.index("values:")])
    assert "second.yaml line" in run(draft, code=2).stderr
