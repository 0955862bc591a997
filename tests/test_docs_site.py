"""The documents build into a site without network, in which every link leads somewhere; reference pages come from the program."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from domain.policy.measures.measure_files import reports
from domain.policy.standards.edition_files import national_standards
from tools import docs_site
from web.cli import COMMANDS

ROOT = Path(__file__).parent.parent


@pytest.mark.slow
def test_every_link_of_the_site_leads_somewhere(tmp_path: Path) -> None:
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--site-dir", str(tmp_path / "site")], cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    page = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert "screens/sheet.png" in page and (tmp_path / "site" / "screens" / "sheet.png").is_file()
    loaded = [part.split('"')[0] for part in page.split('src="')[1:]]
    assert loaded and not [one for one in loaded if "//" in one]


def test_reference_pages_name_all_that_the_program_has() -> None:
    commands, clauses, measures = docs_site.commands(), docs_site.clauses(), docs_site.measures()
    assert [name for name in COMMANDS if f"## caseaudit {name}\n" not in commands] == []
    of_editions = [clause.id for edition in national_standards().editions for clause in edition.clauses]
    assert [name for name in of_editions if f"| `{name}` |" not in clauses] == []
    assert [name for name in (*reports().measures, *reports().reports) if f"`{name}`" not in measures] == []


def test_every_operation_of_the_api_is_on_its_page() -> None:
    page = docs_site.api()
    assert "### `GET /api/v1/reports/{name}`" in page
    assert [path for path in docs_site._spec()["paths"] if path not in page] == []
