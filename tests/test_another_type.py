"""One more type of entry is one declaration: a copy of the program that has it takes it everywhere.

And a clause that asks for such entries is one paragraph of an edition.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent

DECLARED = '''
HomeResult = Literal["suitable", "not_suitable", "not_seen"]


class HomeCircumstancesChecked(Entry, frozen=True):
    """Somebody looked at the home in which the person lives."""

    use = Use(made_by=("managers",), form_group="Assessment and risk", lane="Assessment and plan")

    result: HomeResult
    plan: PlanRef
    next_on: Annotated[date | None, Meta(title="Next visit")] = None


'''

CLAUSE = """
  - id: home-circumstances
    kind: within
    in_custody: pauses
    subject: home
    says: Home looked at within {limit} of the plan
    after: {entry: SupervisionPlanMade}
    by:
      - {entry: HomeCircumstancesChecked, naming: plan}
    values:
      - allow: 10 working days
        cite: ns2005
        sure: U
        remark: invented
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a copy of the program that declares the type says of it."""
    copy = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "domain", copy / "domain", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("projections", "web", "tests", "tools", "docs"):
        (copy / name).symlink_to(ROOT / name)
    declare(copy / "domain")
    environment = os.environ | {"PYTHONPATH": str(copy), "XDG_CACHE_HOME": str(copy / "cache")}
    run = [sys.executable, "-m", "tests.support.another_type"]
    done = subprocess.run(run, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def declare(domain: Path) -> None:
    page, edition = domain / "entries" / "case_entries.py", domain / "policy" / "standards" / "ns-2005.yaml"
    text = page.read_text(encoding="utf-8").replace("import Annotated, Any", "import Annotated, Any, Literal")
    before = "class SupervisionEnded("
    page.write_text(text.replace(before, f"{DECLARED.lstrip()}{before}"), encoding="utf-8")
    clauses = edition.read_text(encoding="utf-8").replace("\nclauses:\n", f"\nclauses:\n{CLAUSE}", 1)
    edition.write_text(clauses, encoding="utf-8")


def test_it_is_imported_stored_and_exported(found: dict[str, Any]) -> None:
    assert "3 entries stored, 0 already there, 0 rejected" in found["import"]
    assert found["export"]
    assert found["topic"] == "case.home_circumstances_checked"
    assert found["refused"] == "'suitabel' is not known; did you mean 'suitable'?"


def test_it_has_words_on_the_command_line_and_in_the_documents(found: dict[str, Any]) -> None:
    assert "Home circumstances checked  Result: Not seen" in found["case"] and "Next visit: 1 Jun 2005" in found["case"]
    assert found["docs"] == (
        "| HomeCircumstancesChecked | result (home_result), plan (entry of SupervisionPlanMade), [next_on] "
        "| Somebody looked at the home in which the person lives. |"
    )


def test_it_has_a_form_for_those_who_may_make_it(found: dict[str, Any]) -> None:
    assert found["made_by"] == ["spo", "divisional_manager", "area_manager"]
    assert (found["group"], found["link"]) == ("Assessment and risk", "Home circumstances checked")
    assert found["questions"] == ["Date it happened", "Plan", "Next visit (optional)"]
    assert found["choices"] == ["suitable", "not_suitable", "not_seen"]
    assert (found["status"], found["stored"][-1]) == (302, "HomeCircumstancesChecked")


def test_it_stands_on_the_timeline_and_on_the_chart(found: dict[str, Any]) -> None:
    assert found["timeline"].count("Home circumstances checked") == 2
    assert "Result: Not seen" in found["details"] and "Next visit: 1 Jun 2005" in found["details"]
    assert "Plan: 10 May 2005: Supervision plan made" in found["details"]
    assert found["chart"]


def test_a_clause_may_ask_for_it_and_a_mapping_may_give_it(found: dict[str, Any]) -> None:
    assert found["owed"] == ["met", "due"]
    assert found["mapped"] == ["next_on", "plan", "result"]
