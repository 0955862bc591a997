"""Two sentences at once are two files: what is done on one is not done on the other."""

from datetime import date
from pathlib import Path

from domain.entries.schemas import load_entry
from domain.policy.frameworks.framework_files import frameworks
from domain.store.application import Files
from projections.cases.case_repository import CaseRepository
from projections.history.moment import Moment

PERSON = {
    "crn": "X123456",
    "name": "A Person",
    "date_of_birth": "1970-01-01",
    "gender": "male",
    "ethnicity": "W1",
    "disability": False,
}
START = {
    "person": PERSON, "area": "A", "division": "D", "team": "T", "officer": "O", "officer_grade": "po",
    "occurred_on": "2005-05-03", "recorded_at": "2005-05-03T12:00:00+00:00", "entry": "1",
}  # fmt: skip
PLAN = {
    "objectives": [], "interventions": [], "occurred_on": "2005-05-09", "recorded_at": "2005-05-09T12:00:00+00:00",
    "entry": "2",
}  # fmt: skip


def test_each_sentence_has_its_own_duties(tmp_path: Path) -> None:
    files = Files.open(str(tmp_path / "two.sqlite"))
    for number, order in ((1, "community_order"), (2, "licence")):
        files.record(f"X123456/{number}", [load_entry("SupervisionStarted", {**START, "order_type": order})], actor="t")
    files.record("X123456/1", [load_entry("SupervisionPlanMade", PLAN)], actor="t")
    book, framework = CaseRepository(files), frameworks()["esi-2003"]
    day = date(2005, 6, 1)
    states = {
        reference: {o.clause.id: o.state(day) for o in book.read(reference, Moment(day, None), framework).obligations}
        for reference in book.cases
    }
    assert states["X123456/1"]["initial-supervision-plan"] == "met"
    assert states["X123456/2"]["initial-supervision-plan"] == "overdue"
    assert "breach-or-recall-third-failure" not in states["X123456/1"]
    files.close()
