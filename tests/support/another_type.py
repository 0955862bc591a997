"""What the program makes of one more type of entry: run in a copy of it that declares one (``tests/test_another_type.py``).

``python -m tests.support.another_type`` prints what was found, as JSON: by name, what each part of the program says.
"""

import json
import re
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from domain.accounts.roles import ENTERED_BY, Account
from domain.entries.case_entries import ENTRY_TYPES
from domain.entries.entry import CLAIMED
from domain.entries.schemas import ShapeError, load_entry
from domain.importing.extracts.entry_fields import MAPPED, slots_of
from domain.store.application import Files
from domain.store.entry_codec import topic_of
from projections.history.history import History
from projections.obligations.derive import obligations
from tests.scenarios import Scenario
from tests.support.forms import opened, record, send
from tests.support.histories import PERSON, PLACE
from tests.support.people import signed_in
from tools.entry_tables import INTERCHANGE, interchange
from web.app import create_app
from web.cli import main

TYPE = "HomeCircumstancesChecked"
CASE = "X123456/1"
PLANNED, CHECKED = "2005-05-10", "2005-05-12"
LINES: list[dict[str, Any]] = [
    {
        "entry": "start", "type": "SupervisionStarted", "occurred_on": "2005-05-03", "person": PERSON,
        "order_type": "community_order", **PLACE, "officer": "Ruth Ablewhite", "officer_grade": "po",
    },
    {"entry": "plan", "type": "SupervisionPlanMade", "occurred_on": PLANNED, "objectives": [], "interventions": []},
    {
        "entry": "home", "type": TYPE, "occurred_on": CHECKED, "result": "not_seen", "plan": "plan",
        "next_on": "2005-06-01",
    },
]  # fmt: skip


def lines() -> list[dict[str, Any]]:
    """The file as interchange lines, each recorded at the end of its day."""
    return [{"case": CASE, "recorded_at": f"{one['occurred_on']}T18:00:00+01:00", **one} for one in LINES]


def refused() -> str:
    """The words in which a wrong code is refused."""
    try:
        load_entry(TYPE, {**lines()[2], "result": "suitabel"})
    except ShapeError as error:
        return dict(error.problems)["result"]
    return ""


def _without_claims(line: dict[str, Any]) -> dict[str, Any]:
    """An exported line without what the record claims of itself."""
    return {name: value for name, value in line.items() if name not in CLAIMED}


def imported(database: str, folder: Path) -> dict[str, Any]:
    """Import, export and the case on the command line."""
    said = "".join(f"{json.dumps(line)}\n" for line in lines())
    (folder / "case.ndjson").write_text(said, encoding="utf-8")
    call: Callable[..., str] = lambda *words: CliRunner().invoke(main, [*words, "--database", database]).output  # noqa: E731
    return {
        "import": call("import", str(folder / "case.ndjson")),
        "export": _without_claims(json.loads(call("export").splitlines()[-1])) == lines()[2],
        "case": next(
            (line for line in call("case", CASE, "--as-at", "2005-06-30").splitlines() if " home " in line), ""
        ),
    }


def shown(database: str) -> dict[str, Any]:
    """The list of forms, the form, what it records, the timeline and the chart."""
    app = create_app(database, today=lambda: date(2005, 6, 30))
    client = signed_in(app, Account("m", "Ann Manager", "spo", ("Cheltenham",), grade="spo"))
    forms, form = client.get(f"/cases/{CASE}/record").text, opened(client, f"/cases/{CASE}/record/{TYPE}")
    group = next(part for part in forms.split("<section") if TYPE in part)
    check = send(client, form, "check", occurred_on="30/6/2005", result="suitable", plan="plan", next_on="")
    answer, page = record(client, check), "".join(client.get(f"/cases/{CASE}{tab}").text for tab in ("/timeline", ""))
    return {
        "group": _words(re.search(r"<h2.*?</h2>", group, re.DOTALL)),
        "link": _words(re.search(rf"<a[^>]*{TYPE}.*?</a>", group)),
        "questions": re.findall(r'<label class="govuk-label govuk-label--s"[^>]*>\s*(.*?)\s*</label>', form, re.DOTALL),
        "choices": re.findall(r'name="result"[^>]*value="(\w+)"', form) or re.findall(r'<option value="(\w+)"', form),
        "status": answer.status_code,
        "timeline": [_words(title) for title in re.finditer(r'<h3 class="moj-timeline__title.*?</h3>', page)],
        "details": [_words(line) for line in re.finditer(r'<p class="govuk-body-s.*?</p>', page, re.DOTALL)],
        "chart": "Home circumstances checked." in page and "Other entry" in page,
    }


def _words(found: re.Match[str] | None) -> str:
    return "" if found is None else " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


def owed() -> list[str]:
    """The state of the duty that the entry answers, on its last day: done, and not done."""
    from domain.policy.frameworks.framework_files import frameworks

    clauses = [clause for clause in frameworks()["esi-2003"].clauses if clause.id == "home-circumstances"]
    start, plan, home = ({k: v for k, v in one.items() if k != "entry"} for one in LINES)
    told = [
        {"on": date.fromisoformat(one.pop("occurred_on")), "entry": name, one.pop("type"): one}
        for name, one in (("start", start), ("plan", plan), ("home", home))
    ]
    day = date(2005, 5, 24)
    return [
        str(duty.state(day))
        for facts in (told, told[:2])
        for duty in obligations(History.of(Scenario("", "", facts, []).history()), clauses)
    ]


def found() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        database = str(Path(folder) / "case.sqlite")
        said = {**imported(database, Path(folder)), **shown(database)}
        files = Files.open(database)
        stored = [type(fact).__name__ for fact in files.read(CASE).entries.values()]
        files.close()
    docs = interchange(INTERCHANGE.read_text(encoding="utf-8"))
    return said | {
        "refused": refused(),
        "stored": stored,
        "topic": topic_of(ENTRY_TYPES[TYPE]),
        "mapped": TYPE in MAPPED and sorted(set(slots_of(ENTRY_TYPES[TYPE])) & {"result", "plan", "next_on"}),
        "made_by": [role for role, types in ENTERED_BY.items() if TYPE in types],
        "docs": next((line for line in docs.splitlines() if line.startswith(f"| {TYPE} |")), ""),
        "owed": owed(),
    }


if __name__ == "__main__":
    json.dump(found(), sys.stdout)
