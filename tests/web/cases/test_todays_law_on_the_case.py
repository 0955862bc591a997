"""The overview of a case of today: warn or refer, the final third, and contact suspended where it should not be."""

from contextlib import closing
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from domain.store.application import Files
from tests.projections.read_model.test_views import store
from tests.scenarios import REFERENCE, Scenario
from tests.support.people import signed_in
from web.app import create_app
from web.cli import main


def told(folder: Path, facts: list[dict[str, Any]], day: date) -> tuple[str, str]:
    """The overview of a case with these facts as its page shows it on a day, and what the command says of it."""
    address = str(folder / "case.sqlite")
    with closing(Files.open(address)) as files:
        for fact in sorted(Scenario("", "", facts, []).history(), key=lambda one: one.recorded_at):
            store(files, (REFERENCE, fact))
    client = signed_in(create_app(address, today=lambda: day))
    page = unescape(" ".join(client.get(f"/cases/{REFERENCE}").text.split()))
    arguments = ["case", REFERENCE, "--as-at", day.isoformat(), "--database", address]
    return page, CliRunner().invoke(main, arguments).output


def test_the_overview_says_what_the_law_of_today_asks_without_a_number_of_days(tmp_path: Path) -> None:
    start, missed = date(2024, 1, 8), date(2024, 2, 5)
    facts = [
        {"on": start, "SupervisionStarted": {"order_type": "community_order", "ends_on": date(2025, 1, 8)}},
        {"on": missed, "entry": "a", "AppointmentMade": {}},
        {"on": missed, "AppointmentOutcomeRecorded": {"appointment": "a", "outcome": "unacceptable_absence"}},
        {"on": date(2024, 2, 12), "WarningGiven": {"appointments": ["a"]}},
        {"on": date(2024, 6, 3), "entry": "b", "AppointmentMade": {}},
        {"on": date(2024, 6, 3), "AppointmentOutcomeRecorded": {"appointment": "b", "outcome": "unacceptable_absence"}},
        {"on": date(2024, 9, 9), "MappaSet": {"level": 1}},
        {
            "on": date(2024, 9, 9),
            "ContactSuspended": {"reason": "final_third", "from_on": date(2024, 9, 9), "to_on": date(2025, 1, 8)},
        },
    ]
    page, _ = told(tmp_path, facts, date(2024, 9, 30))
    assert (
        "<strong>Refer to an enforcement officer</strong>: failure on 3 June 2024, warned on 12 February 2024" in page
    )
    assert "The law gives no number of days." in page and "Sentencing Act 2020, Schedule 10" in page
    assert "2 failures in twelve months" in page
    assert (
        "Contact is suspended in the final third</strong>, though the case is kept in contact: managed under MAPPA"
        in page
    )
    assert "Final third from" in page and "8 September 2024" in page


def test_a_suspended_sentence_order_is_told_by_a_recalled_rule_and_a_number_without_needs_says_why(
    tmp_path: Path,
) -> None:
    on = date(2024, 2, 5)
    facts = [
        {"on": date(2024, 1, 8), "SupervisionStarted": {"order_type": "suspended_sentence_order"}},
        {"on": on, "entry": "a", "AppointmentMade": {}},
        {"on": on, "AppointmentOutcomeRecorded": {"appointment": "a", "outcome": "unacceptable_absence"}},
        {"on": on, "RiskScored": {"predictor": "rsr", "score": 2.1}},
    ]
    page, printed = told(tmp_path, facts, date(2024, 3, 1))
    for said in (page, printed):
        assert (
            "Sentencing Act 2020, Schedule 16 (recalled: a rule parallel to that of Schedule 10; it was not seen)"
            in said
        )
        assert "hange: 2, as no needs are assessed" in said
    assert "Version 2: D2" in page and "Protect: no points." in page


def test_the_overview_shows_the_calculated_tiers_with_what_they_are_made_of(tmp_path: Path) -> None:
    on = date(2026, 7, 6)
    facts = [
        {"on": on, "SupervisionStarted": {"order_type": "licence"}},
        {"on": on, "RiskScored": {"predictor": "rsr", "score": 3.5}},
        {"on": on, "RiskScored": {"predictor": "arp", "score": 50}},
        {"on": on, "RiskScored": {"predictor": "csrp", "score": 1.0}},
        {"on": on, "RegisterSet": {"register": "RCPR"}},
        {"on": on, "NeedsAssessed": {"thinking": 7}},
    ]
    page, said = told(tmp_path, facts, date(2026, 7, 31))
    assert "Version 2: C1</dt>" in page and "Protect: risk of serious recidivism 10, register RCPR 2." in page
    assert "Change: need: thinking 4." in page
    assert "Version 3: D, provisional</dt>" in page and "Not known to be in force." in page
    assert "Predictors of all and of serious reoffending: D. Child protection: F." in page
    assert "It may still become higher: risk of harm is not on the file." in page
    assert (
        "tier, version 2: C1 (protect: risk of serious recidivism 10, register RCPR 2; change: need: thinking 4)"
        in said
    )
    assert "tier, version 3, not known to be in force: D, provisional" in said
