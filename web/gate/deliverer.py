"""Delivering: to each destination what was stored within its subscriber's reach, in order, each change at least once.

The record itself is the queue. A destination holds up to where it was given everything; a batch is made anew at each try from
there, by the reach of that moment. So the process can be killed at any time, and nothing is kept that could be lost.
"""

import json
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from domain.accounts.access_lines import LogUnavailable
from domain.accounts.account_register import AccountRegister
from domain.calendar.london_time import day_of
from domain.destinations.addresses import NotAllowed, target_of
from domain.destinations.destination_rules import Destination
from domain.error_traces import words_of
from domain.store.damage import log_words, words_of_damage
from domain.store.engines import DatabaseError
from domain.store.key_store import record_ids
from projections.cases.case_repository import CaseRepository
from projections.cases.recorded_limits import RecordedLimits
from projections.changes.change_log import ChangeLog, ChangesPage
from projections.columns.case_selection import CaseSelection
from projections.history.history import end_of_day
from projections.history.moment import Moment
from projections.read_model.column_base import columns_folder
from projections.read_model.column_keeper import ColumnKeeper, ColumnsNotMade
from projections.read_model.follower import catch_up
from projections.read_model.follower_lock import task_lock
from projections.read_model.view_reader import ReadModel
from web.gate.change_cursors import ChangeCursors
from web.gate.cloud_events import BATCH, event, source_of
from web.gate.gate import Gate, Handed, Shut
from web.gate.gate_settings import GateSettings
from web.gate.safe_connection import NoAnswer, NotReached, Way, post
from web.gate.webhook_signatures import WebhookKey
from web.site import system_clock

AT_ONCE = 100
"""Changes of one delivery, at most."""

THREADS = 8
"""Destinations that are delivered to at the same time. Each gets one delivery after the other."""

CATCH_UP_SECONDS = 30.0
"""How long a round may take in entries before it delivers."""


class Deliverer:
    """Delivers from one database. ``say`` receives messages for the operator."""

    def __init__(self, address: str, settings: GateSettings, say: Callable[[str], None]):
        self.register, self.views = AccountRegister(address), ReadModel(address)
        self.settings, self._say = settings, say
        self.gate = Gate(self.register)
        self._repository = CaseRepository(self.register.files)
        self._limits = RecordedLimits(self.views.stored)
        self._keeper = ColumnKeeper(self.views, columns_folder(self.views.database))
        self._cursors = ChangeCursors(self.register.key)
        self._pool = ThreadPoolExecutor(THREADS, "deliver")
        self._running: dict[int, Future[None]] = {}

    def run(self, stop: Callable[[], bool], every: float) -> None:
        """Deliver until ``stop()``; a second process of the same database stands by. What is under way is finished."""
        while not stop():
            try:
                with task_lock(self.views.database, self.views.writing, "deliver") as mine:
                    while mine is not None and not stop():
                        self.round()
                        _sleep(every, stop)
                _sleep(every, stop)
            except (DatabaseError, OSError) as error:
                self._say(f"the database does not answer, trying again in {every:g} s: {self._words(error)}")
                _sleep(every, stop)

    def once(self) -> bool:
        """Deliver what is due now, until nothing is; False where another process delivers."""
        with task_lock(self.views.database, self.views.writing, "deliver") as mine:
            before: object = None
            while mine is not None and self.round() and (now := self._reached()) != before:
                before = now
            return mine is not None

    def round(self) -> int:
        """Begin to deliver to each destination that is due; how many were begun."""
        with suppress(ColumnsNotMade):
            due = [one for one in self.gate.destinations.every() if self._is_due(one)]
            if not due:
                return 0
            log = self._log()
            due = [one for one in due if one.position < log.until]
            for one in due:
                self._running[one.number] = self._pool.submit(self._safely, one.number, log)
            return len(due)
        self._say("the columns are not made yet; `caseaudit follow` makes them")
        return 0

    def _reached(self) -> list[tuple[int, int, int]]:
        """How far each destination is, once every delivery under way has been finished."""
        for one in list(self._running.values()):
            one.result()
        return [(one.number, one.position, one.failures) for one in self.gate.destinations.every()]

    def close(self) -> None:
        """Finish what is under way, and close every connection."""
        self._pool.shutdown()
        self.views.close()
        self.register.close()

    def _is_due(self, found: Destination) -> bool:
        running = self._running.get(found.number)
        if found.wanted.kind != "webhook" or (running is not None and not running.done()):
            return False
        now = system_clock.now()
        return found.state(now, day_of(now)) == "open"

    def _log(self) -> ChangeLog:
        """The log of changes as the record has it now, as far as the columns go."""
        catch_up(self.views, seconds=CATCH_UP_SECONDS)
        today = system_clock.today()
        selection = CaseSelection(self._keeper.current(), Moment(today, end_of_day(today)))
        return ChangeLog(self.views.stored, self._repository, selection, self._limits.now())

    def _safely(self, number: int, log: ChangeLog) -> None:
        """One delivery, on a thread of its own: whatever goes wrong is said, and tried again."""
        try:
            self._deliver(number, log)
        except Shut as error:
            self._say(f"{error}")
        except (LogUnavailable, DatabaseError) as error:
            self._say(f"destination {number}: nothing was delivered, {self._words(error)}")
        except Exception as error:
            self._say(f"destination {number}: nothing was delivered: {log_words(error, self.views.database)}")

    def _words(self, error: Exception) -> str:
        return words_of_damage(error, self.views.database) or words_of(error)

    def _deliver(self, number: int, log: ChangeLog) -> None:
        found = self.gate.check_open(number)
        account = self.register.account(found.wanted.subscriber)
        if not (account.gets_changes and account.is_open(system_clock.today())):
            return
        if self.views.stored.hash_at(found.position) != found.hash:
            self.gate.stop(found, "the record is another than the one it was given: started again, it goes on from now")
            return
        log = replace(log, limits=self._limits.now())
        page = log.page(account, found.position, AT_ONCE, found.wanted.types)
        hash_ = self.views.stored.hash_at(page.upto) or ""
        if not page.changes:
            self.gate.destinations.moved(number, page.upto, hash_)
            return
        body, cases = self._body(page, account.username), [change.case for change in page.changes]
        found, delivery, handed = self.gate.out(
            number, account, cases, events=len(page.changes), what=f"{len(page.changes)} changes",
            hand_over=lambda: self._hand_over(found, body),
        )  # fmt: skip
        if handed.taken:
            self.gate.taken(found, delivery, handed.said, page.upto, hash_)
        elif self.gate.failed(found, delivery, handed):
            self._say(f"destination {number} is stopped: {handed.said}")

    def _body(self, page: ChangesPage, username: str) -> bytes:
        source = source_of(record_ids(self.register.files)[0])
        events: list[dict[str, Any]] = [event(change, source, self._cursors, username) for change in page.changes]
        return json.dumps(events, ensure_ascii=False, separators=(",", ":")).encode()

    def _hand_over(self, found: Destination, body: bytes) -> Handed:
        signed = WebhookKey(self.register.key, found.number).headers(body, int(system_clock.now().timestamp()))
        try:
            target = target_of(found.wanted.address)
            answer = post(target, body, {"Content-Type": BATCH, **signed}, Way.public(self.settings))
        except (NotAllowed, NotReached, NoAnswer) as error:
            return Handed(False, str(error))
        said = f"answered {answer.status} {answer.reason}".strip()
        if 300 <= answer.status < 400:
            said += ", and no redirect is followed"
        wait = None if answer.retry_after is None else timedelta(seconds=answer.retry_after)
        return Handed(answer.taken, said, wait, gone=answer.status == 410)


def _sleep(seconds: float, stop: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while not stop() and time.monotonic() < until:
        time.sleep(min(0.1, seconds))
