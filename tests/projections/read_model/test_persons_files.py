"""What belongs to the person is in the lists and counts of all their cases, whichever file says it, and however it came in."""

from collections.abc import Sequence
from contextlib import closing
from datetime import date
from unittest.mock import patch

import pytest

from domain.entries.case_entries import Entry
from domain.store.application import Files
from domain.store.record_reader import Entered
from projections.cases.case_repository import CaseRepository
from projections.columns.column_rows import read_ledger
from projections.ledger.ledger import DutyRow, Known
from projections.read_model import follower
from projections.read_model.column_base import columns_folder
from projections.read_model.column_keeper import ColumnKeeper
from projections.read_model.column_maker import ColumnMaker
from projections.read_model.follow_far import step_by_pool
from projections.read_model.follower import catch_up
from projections.read_model.rebuild import rebuild
from projections.read_model.verify_columns import newest_columns, verify_columns
from projections.read_model.verify_views import verify
from projections.read_model.view_reader import ReadModel
from tests.domain.aggregates.test_person_files import LINKED, ONE, TWO, appointment, custody, entry, outcome, start
from tests.projections.read_model.test_views import rows_of, store
from tests.support.followed import here, said, verified

APART = "B000002/1"
EVERY = (APART, LINKED, ONE, TWO)

BATCHES: Sequence[tuple[str, Entry, set[str]]] = (
    (TWO, appointment("served", 1, [ONE]), {ONE, TWO}),
    (TWO, appointment("own", 2), {TWO}),
    (TWO, outcome("kept", "served", 3), {ONE, TWO}),
    (TWO, outcome("own kept", "own", 4), {TWO}),
    (LINKED, custody("in", 5), {LINKED}),
    (ONE, entry("PersonLinked", "link", 6, crn="A000001", reason="one person"), {ONE, TWO, LINKED}),
    (LINKED, entry("CustodyEnded", "out", 7, "2005-06-08"), {ONE, TWO, LINKED}),
    (LINKED, entry("TierSet", "tier", 8, tier=2), {LINKED}),
    (TWO, entry("EntryCorrected", "fix", 9, of="served", fields={"serves": []}), {ONE, TWO}),
    (TWO, entry("EntryCorrected", "fix own", 10, of="own", fields={"contact_type": "telephone"}), {TWO}),
    (ONE, entry("PersonUnlinked", "undo", 11, link="link", reason="two after all"), {ONE, TWO, LINKED}),
    (APART, custody("in", 12), {APART}),
)
"""An entry, its file, and the cases whose ledgers follow from it."""


@pytest.fixture
def address(empty_database: str) -> str:
    with closing(Files.open(empty_database)) as files:
        store(files, *((reference, start(reference)) for reference in EVERY))
    return empty_database


def duties(views: ReadModel, reference: str) -> list[Known[DutyRow]]:
    (stored,) = views.ledgers([reference])
    return stored.ledger.duties


@pytest.mark.both
def test_an_entry_makes_the_ledgers_new_that_follow_from_it_and_no_others(views: ReadModel, address: str) -> None:
    catch_up(views)
    keeper = ColumnKeeper(views, columns_folder(views.database))
    keeper.current()
    for reference, fact, affected in BATCHES:
        with closing(Files.open(address)) as files:
            store(files, (reference, fact))
        catch_up(views)
        rewritten = {one.reference for one in views.ledgers() if one.position == views.position}
        assert rewritten == affected, fact.entry
        verified(views)
        columns = keeper.current()
        with closing(Files.open(address)) as files:
            for one in views.ledgers():
                number = columns.number(one.reference)
                assert number is not None
                read = read_ledger(columns, number, lambda name: list(files.read(name).entries))
                assert rows_of(read) == rows_of(one.ledger), (fact.entry, one.reference)
    followed = said(views)
    rebuild(views, here)
    assert said(views) == followed
    verified(views)


@pytest.mark.both
def test_a_pool_and_files_of_columns_have_it_too(views: ReadModel, address: str) -> None:
    with closing(Files.open(address)) as files:
        for reference, fact, _ in BATCHES[:9]:
            store(files, (reference, fact))
    with patch("projections.read_model.follow_far.FAR_BEHIND", 1):
        step_by_pool(views, here)
    verified(views)
    maker = ColumnMaker(views, columns_folder(views.database), here)
    assert maker.make()
    with closing(Files.open(address)) as files:
        for reference, fact, _ in BATCHES[9:]:
            store(files, (reference, fact))
    catch_up(views)
    maker._look(views.position, None)
    assert maker._changed == {ONE, TWO, LINKED, APART}
    for fold in (False, True):
        columns = newest_columns(views, columns_folder(views.database))
        assert columns is not None and list(verify_columns(views, columns, here)) == []
        assert fold or maker.fold()


@pytest.mark.both
def test_what_is_wrong_in_the_tables_of_another_file_is_found(views: ReadModel, address: str) -> None:
    """Tables that have not taken in what another file says differ from what follows."""
    catch_up(views)
    with closing(Files.open(address)) as files:
        store(files, *((reference, fact) for reference, fact, _ in BATCHES[:4]))

    def own(_: object, entered: Sequence[Entered]) -> dict[str, int]:
        return {one.reference: one.position for one in entered}

    with patch.object(follower, "affected_cases", own):
        catch_up(views)
    assert {difference.reference for difference in verify(views, here)} == {ONE}


def test_the_pages_of_a_case_read_the_other_files_too(views: ReadModel, address: str) -> None:
    with closing(Files.open(address)) as files, closing(Files.open(address)) as others:
        book = CaseRepository(files)
        assert [a.entry for a in book.history(ONE, None).appointments.values()] == []
        for reference, fact, _ in BATCHES[:6]:
            store(others, (reference, fact))
        history = book.history(ONE, None)
        assert [a.entry for a in history.appointments.values()] == ["X123456/2#served"]
        (met,) = history.appointments.values()
        assert met.outcome == "attended_complied"
        assert history.in_custody(date(2005, 6, 7)) and book.history(TWO, None).in_custody(date(2005, 6, 7))
        before = BATCHES[5][1].recorded_at
        assert not book.history(ONE, before).in_custody(date(2005, 6, 7))
        assert book.history(LINKED, None).in_custody(date(2005, 6, 7))
