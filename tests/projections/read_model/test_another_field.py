"""One more field of a ledger row is one declaration: a copy of the program that has it keeps it in tables and columns."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]

DECLARED = """    working_days: int
    recorded_by: str | None
    about: EntryIds
    again_on: date | None
"""
"""A word that may be missing, entries, and a day that may be missing."""

SAID = "delay, fact.recorded_by, (fact.entry, fact.entry), fact.occurred_on)"

SCRIPT = """
import json
from contextlib import closing
from domain.store.application import Files
from projections.columns.column_merge import merge
from projections.columns.column_rows import read_ledger
from projections.columns.column_store import ColumnStore
from projections.ledger.ledger import ledger
from projections.read_model.follower import catch_up
from projections.read_model.view_reader import ReadModel
from tests.projections.columns.test_column_files import entries

facts = entries(3)
with closing(Files.open("new.sqlite")) as files:
    files.record("X000003/1", facts, actor="a test")
views = ReadModel("new.sqlite")
catch_up(views)
(stored,) = views.ledgers()
columns = merge([ColumnStore.of([(stored.reference, stored.ledger, facts)])])
back = read_ledger(columns, 0, lambda reference: [fact.entry for fact in facts])
print(json.dumps({
    "rows": len(back.lates), "fields": list(back.lates[0].row._fields),
    "same": sorted(map(repr, back.lates)) == sorted(map(repr, ledger(facts).lates)),
    "column": sorted(columns.tables["lates"].current[0].columns),
}))
"""


def test_it_is_kept_everywhere(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "projections", tmp_path / "projections", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("domain", "web", "tests"):
        (tmp_path / name).symlink_to(ROOT / name)
    page = tmp_path / "projections" / "ledger" / "ledger_rows.py"
    text = page.read_text(encoding="utf-8")
    text = text.replace("    working_days: int\n", DECLARED, 1).replace("delay)", SAID, 1)
    page.write_text(text, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    run = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(run, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["rows"] > 0
    assert found["same"]
    assert found["fields"][-3:] == ["recorded_by", "about", "again_on"]
    assert {"recorded_by", "about", "about_further", "again_on"} <= set(found["column"])
