"""The pictures of the guide: ``python -m tests.browser.screens docs/screens`` makes them anew from the demonstration."""

import shutil
import sys
import tempfile
from datetime import date
from pathlib import Path

from click.testing import CliRunner
from playwright.sync_api import sync_playwright

from tests.browser.conftest import ARGUMENTS, NAMES, served
from tests.support.people import session_of, signed_in
from web.app import create_app
from web.cli import main

CASE = "/cases/V465889/1"
PICTURES = [
    ("demo", None, "/", 900),
    ("desk", "p.anstey", "/desk", 1500),
    ("list", "p.anstey", "/desk/no-countersigned-assessment", 1150),
    ("changed", "c.whitlock", "/changed", 1200),
    ("case", "p.anstey", f"{CASE}?as_at=2005-10-03", 1900),
    ("replay", "p.anstey", f"{CASE}/replay?step=40", 1500),
    ("then-and-now", "c.whitlock", "/cases/G366213/1/then-and-now?as_at=2005-10-03", 1500),
    ("check", "p.anstey", f"{CASE}/record/OversightRecorded", 1150),
    ("officer", "p.anstey", "/officers/Helen%20Sallis", 1700),
    ("matrix", "c.whitlock", "/matrix", 1500),
    ("compliance", "c.whitlock", "/reports/measures/contact-arranged?of=team:Gloucester", 1700),
    ("forecast", "c.whitlock", "/reports/forecast", 1300),
    ("pack", "c.whitlock", "/board-pack", 1300),
    ("sheet", "j.hartnell", "/inspections", 1650),
    ("run", "j.hartnell", "/inspections/gloucestershire-2005/work", 1500),
    ("report", "j.hartnell", "/inspections/gloucestershire-2005/report", 1700),
    ("reading", "j.hartnell", "/inspections/gloucestershire-2005/readings", 1100),
    ("data", "i.nkemelu", "/data", 1300),
    ("access", "i.nkemelu", "/access", 1050),
]
"""Name, who is signed in, page, height in pixels."""


def take(folder: Path) -> None:
    """Every picture, 1,100 pixels wide; the matrix as wide as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        database = str(Path(scratch) / "demo.sqlite")
        CliRunner().invoke(main, ["demo", "--no-serve", "--database", database], catch_exceptions=False)
        app = create_app(database, today=lambda: date(2005, 12, 22), demo=True)
        executable = next(found for found in map(shutil.which, NAMES) if found)
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        with served(app) as address:
            for name, user, path, height in PICTURES:
                context = browser.new_context(viewport={"width": 1280 if name == "matrix" else 1100, "height": height})
                if user:
                    context.add_cookies([{**session_of(signed_in(app, user)), "url": address}])  # type: ignore[list-item]
                page = context.new_page()
                page.goto(address + path)
                if name == "check":
                    page.get_by_label("Date it happened").fill("22/12/2005")
                    page.get_by_label("Supervision", exact=True).check()
                    page.get_by_role("button", name="Check before recording").click()
                if name == "reading":
                    page.set_viewport_size({"width": 1400, "height": height})
                    page.locator("tbody th a").nth(2).click()
                page.screenshot(path=folder / f"{name}.png")
                context.close()
        browser.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]))
