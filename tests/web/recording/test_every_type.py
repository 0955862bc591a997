"""Every type of entry that somebody may make by hand: recorded, corrected, corrected again, withdrawn and put back, by its form.

The same of an entry that was imported, whatever its id looks like.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from flask import url_for
from flask.testing import FlaskClient

from domain.aggregates.amendments import amended
from domain.entries.case_entries import ENTRY_TYPES, Entry, EntryCorrected, EntryWithdrawn
from domain.entries.schemas import dump_entry, load_entry
from domain.store.application import Files
from tests.domain.aggregates.test_case_file import EXAMPLES, SUBJECTS, fact
from tests.support.depth import deep
from tests.support.forms import fields_in, fill, opened, record, recorded, send
from tests.support.opened import opened as opened_entries
from tests.support.people import MANAGER, signed_in
from web.app import create_app
from web.recording.typed_values import typed_of
from web.site import clock

TODAY = date(2005, 6, 20)

ELSEWHERE = ("EntryCorrected", "EntryWithdrawn", "SupervisionStarted")
"""What changes entries, and what is made on a page of its own (``test_begin_page``)."""

BY_HAND = [
    name
    for name, kind in ENTRY_TYPES.items()
    if kind.kept_on == "case" and "managers" in kind.use.made_by and name not in ELSEWHERE
]
EXAMPLE = {name: EXAMPLES[name] for name in BY_HAND}
EXAMPLE["QualityJudged"] = {k: v for k, v in EXAMPLES["QualityJudged"].items() if k not in ("inspection", "second")}
EXAMPLE["DispensationGiven"] = {**EXAMPLES["DispensationGiven"], "from_on": "2005-06-13"}

EVERYWHERE = replace(MANAGER, username="everywhere", places=("Gloucestershire", "A07"))
"""Answers for the cases also once an example has moved them to a place with an id."""

LIFTED_BY_TWO = ("AccessLimited",)
"""Whose withdrawal lets somebody in again: a second person confirms it, see ``test_recording_pages``."""

CRN_OF = {name: f"X2{number:05}" for number, name in enumerate(BY_HAND)}

WAITS = fact("AppointmentMade", "waits", "2005-06-01", for_on="2005-06-08", contact_type="office")
"""An appointment without an outcome: an outcome is recorded for no other."""

ODD_ID = "nD/2005 #17?%2F.ä"
"""An id that a source may give, and that no address can hold as it is."""


def moved(one: Entry, crn: str) -> Entry:
    """An entry as it stands on the case of another person."""
    values = dump_entry(one)
    if "person" in values:
        values |= {"person": {**values["person"], "crn": crn}, "ends_on": "2005-08-31"}
    if values.get("crn"):
        values["crn"] = crn.replace("X2", "X3")  # were it the same one, all cases here would be one person's
    if "serves" in values:
        values["serves"] = [f"{crn}/2"]
    return load_entry(values.pop("type"), values)


class Site:
    """One case a type of entry, and a manager who answers for all of them."""

    def __init__(self, folder: Path):
        self.database = str(folder / "every.sqlite")
        files = Files.open(self.database)
        for name, crn in CRN_OF.items():
            imported = fact(name, ODD_ID, "2005-06-02", **{"recorded_at": "2005-06-13T10:00:00+01:00", **EXAMPLE[name]})
            standing = [one for one in (*SUBJECTS, imported) if one.entry != "l1" or name == "AccessLimitLifted"]
            if name == "AppointmentOutcomeRecorded":
                standing.append(WAITS)
            files.record(f"{crn}/1", [moved(one, crn) for one in standing], actor="test")
        files.close()
        self.client: FlaskClient = signed_in(create_app(self.database, today=lambda: TODAY), EVERYWHERE)

    def entries(self, crn: str) -> dict[str, Entry]:
        files = Files.open(self.database)
        try:
            return opened_entries(files, f"{crn}/1")
        finally:
            files.close()

    def reads(self, crn: str, entry: str) -> Entry | None:
        """An entry as its file reads now."""
        return {one.entry: one for one in amended(list(self.entries(crn).values()))}.get(entry)

    def last(self, crn: str) -> Entry:
        return list(self.entries(crn).values())[-1]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    noon, seconds = datetime(2005, 6, 20, 11, tzinfo=UTC), count()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(clock, "recording_time", lambda: noon + timedelta(seconds=next(seconds)))
        yield Site(tmp_path_factory.mktemp("every"))


def typed(name: str, crn: str, **more: Any) -> dict[str, Any]:
    fields = EXAMPLE[name] | ({"appointment": "waits"} if name == "AppointmentOutcomeRecorded" else {})
    example = moved(fact(name, "new", "2005-06-08", **fields), crn)
    return {**typed_of(example), **more}


def dated(site: Site, crn: str, entry: str) -> date | None:
    found = site.reads(crn, entry)
    return found and found.occurred_on


@pytest.mark.parametrize("name", BY_HAND)
def test_an_entry_made_by_hand_is_corrected_and_corrected_again(site: Site, name: str) -> None:
    crn, client = CRN_OF[name], site.client
    recorded(client, f"/cases/{crn}/1/record/{name}", **typed(name, crn))
    made = site.last(crn)
    assert type(made).__name__ == name and made.entry.startswith("form-") and made.occurred_on == date(2005, 6, 8)
    for day in (9, 10):
        recorded(client, f"/cases/{crn}/1/correct/{made.entry}", occurred_on=f"{day}/6/2005")
        correction = site.last(crn)
        assert isinstance(correction, EntryCorrected) and correction.entry != made.entry
        assert correction.fields.keys() == {"occurred_on"}, "no field changes by being shown in a form"
        assert dated(site, crn, made.entry) == date(2005, 6, day)


@pytest.mark.parametrize(
    "name", [n for n in BY_HAND if n not in LIFTED_BY_TWO and (deep() or not crc32(n.encode()) % 3)]
)
def test_an_imported_entry_is_corrected_withdrawn_and_put_back_whatever_its_id(site: Site, name: str) -> None:
    """In a quick run of every third type."""
    crn, client = CRN_OF[name], site.client
    case = f"/cases/{crn}/1"
    recorded(client, address_of(client, crn), occurred_on="3/6/2005")
    first = site.last(crn)
    assert isinstance(first, EntryCorrected) and first.of == ODD_ID and first.fields.keys() == {"occurred_on"}
    recorded(client, address_of(client, crn), occurred_on="6/6/2005")
    recorded(client, f"{case}/record/EntryWithdrawn", of=site.last(crn).entry, reason="the first was right")
    assert dated(site, crn, ODD_ID) == date(2005, 6, 3)
    recorded(client, f"{case}/record/EntryWithdrawn", of=ODD_ID, reason="wrong file")
    withdrawal = site.last(crn)
    assert isinstance(withdrawal, EntryWithdrawn) and site.reads(crn, ODD_ID) is None
    assert "is withdrawn already" in fill(client, f"{case}/record/EntryWithdrawn", of=ODD_ID, reason="again")
    shown = opened(client, address_of(client, crn))
    assert "withdraw its withdrawal first" in shown and fields_in(shown)["of"] == [withdrawal.entry]
    record(client, send(client, shown, "check", reason="it was the right file"))
    assert dated(site, crn, ODD_ID) == date(2005, 6, 3)


def address_of(client: FlaskClient, crn: str) -> str:
    """The address of the form that corrects the imported entry of a case."""
    with client.application.test_request_context():
        return url_for("recording.correct", crn=crn, number=1, entry_id=ODD_ID, as_at=None, known=None)


def test_every_type_of_a_case_is_here_or_made_by_nobody() -> None:
    others = {name for name, kind in ENTRY_TYPES.items() if kind.kept_on == "case"} - set(BY_HAND)
    assert {n for n in others if ENTRY_TYPES[n].use.made_by} == set(ELSEWHERE)
