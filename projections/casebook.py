"""The casebook: the files in memory, kept up by following the store, with what was derived from them.

Every reader first catches up with the store (one short query when nothing is new), so a form's entry is on the next
page. Histories and obligations are kept per file and number of entries known: they are derived once, whatever the
day asked about.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from domain.case import File, evolve
from domain.facts import QualityJudged
from domain.files import Files
from domain.frameworks import Framework
from domain.inspecting import InspectionOpened
from domain.inspection import Inspection
from projections.answers import Answer, answers, readings
from projections.history import History
from projections.obligations import Obligation, obligations

BATCH = 500
KEPT = 20_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Moment:
    """As at ``on``, as known at ``known_at`` (an aware instant, exclusive; None: everything recorded to date)."""

    on: date
    known_at: datetime | None


@dataclass(frozen=True)
class Reading:
    """One case read at a moment under a framework, for an inspection or for none."""

    reference: str
    moment: Moment
    history: History
    obligations: Sequence[Obligation]
    answers: Sequence[Answer]
    judgements: Sequence[QualityJudged] = ()
    """Those that may count, the earliest first."""


class Casebook:
    """All files of one store. Safe to share between threads."""

    def __init__(self, files: Files):
        self.files = files
        self.position = 0
        self.last_recorded_at: datetime | None = None
        """When the latest entry was recorded, by the files' own account."""
        self._files: dict[str, File] = {}
        self._inspections: dict[str, Inspection] = {}
        self._kept: OrderedDict[tuple[object, ...], object] = OrderedDict()
        self._lock = threading.RLock()

    def catch_up(self) -> int:
        """Take in what was stored since last time; the position reached."""
        with self._lock:
            while batch := self.files.recorder.select_notifications(self.position, BATCH, inclusive_of_start=False):
                for notification in batch:
                    recorded = self.files.mapper.to_domain_event(notification)
                    reference = recorded.originator_id
                    recorded_at = recorded.fact.recorded_at  # type: ignore[attr-defined]
                    self.last_recorded_at = max(self.last_recorded_at or recorded_at, recorded_at)
                    self._files[reference] = evolve(
                        self._files.get(reference) or File(reference), recorded  # type: ignore[arg-type]
                    )  # fmt: skip
                    if recorded.fact.kept_on == "inspection":  # type: ignore[attr-defined]
                        self._inspections.setdefault(reference, Inspection()).take(recorded.fact)  # type: ignore[attr-defined]
                self.position = batch[-1].id
            return self.position

    @property
    def cases(self) -> list[str]:
        """The references of all cases, in order."""
        self.catch_up()
        return sorted(reference for reference in self._files if reference not in self._inspections)

    @property
    def inspections(self) -> dict[str, InspectionOpened]:
        """The beginnings of the inspections by id, the latest sample date first."""
        self.catch_up()
        opened = {name: found.opened for name, found in self._inspections.items() if found.opened is not None}
        return dict(sorted(opened.items(), key=lambda item: (item[1].occurred_on, item[0]), reverse=True))

    def inspection(self, name: str) -> Inspection:
        """The inspection as it stands now, to read and not to change. ``KeyError``: there is none of this id."""
        self.catch_up()
        return self._inspections[name]

    def file(self, reference: str) -> File:
        """The file as stored; an empty one when there is none."""
        self.catch_up()
        return self._files.get(reference) or File(reference)

    def history(self, reference: str, known_at: datetime | None, stored: int | None = None) -> History:
        """The case as it was known at an instant (None: everything recorded to date).

        ``stored``: from so many entries only, the first to be stored (None: from all).
        """
        with self._lock:
            file = self.file(reference)
            entries = list(file.entries.values())[:stored]
        seen = len(entries) if known_at is None else sum(1 for f in entries if f.recorded_at < known_at)
        return self._keep(("history", reference, len(entries), seen), lambda: History.of(entries, known_at))

    def obligations(
        self,
        reference: str,
        known_at: datetime | None,
        framework: Framework,
        edition: str | None = None,
        stored: int | None = None,
    ) -> list[Obligation]:
        """The duties under the standards and the framework's expectations, from what was known at an instant.

        ``edition``: by this edition of the standards throughout, instead of the one in force when each duty arose.
        """
        history = self.history(reference, known_at, stored)

        def derive() -> tuple[History, list[Obligation]]:
            clauses = framework.clauses if edition is None else framework.clauses_by(edition)
            return history, obligations(history, clauses)

        return self._keep(("obligations", framework.id, edition, id(history)), derive)[1]

    def read(
        self,
        reference: str,
        moment: Moment,
        framework: Framework,
        inspection: str | None = None,
        edition: str | None = None,
        second: bool = False,
    ) -> Reading:
        """One case as at a day, as known at a moment: its history, duties and answers.

        For an inspection, with what its assessors judged: the first readers, or the ``second``. Once it is frozen, from
        what the file held at the freeze and nothing stored later.
        """
        frozen_at, stored, own = self._freeze(inspection, reference, moment)
        known_at, so_far = (moment.known_at or frozen_at, stored) if own else (moment.known_at, None)
        history = self.history(reference, known_at, so_far)
        owed = self.obligations(reference, known_at, framework, edition, so_far)
        to_date = [j for j in self.history(reference, frozen_at, stored).all(QualityJudged) if j.second == second]
        judged = readings(history.all(QualityJudged), to_date, inspection, moment.on)
        return Reading(reference, moment, history, owed, answers(framework, owed, judged, moment.on), judged)

    def read_all(
        self,
        references: Iterable[str],
        moment: Moment,
        framework: Framework,
        inspection: str | None = None,
        edition: str | None = None,
    ) -> list[Reading]:
        """Those of the cases that had begun by then, as they were known."""
        found = (self.read(reference, moment, framework, inspection, edition) for reference in references)
        return [r for r in found if r.history.start is not None and r.history.start.on <= moment.on]

    def _freeze(
        self, inspection: str | None, reference: str, moment: Moment
    ) -> tuple[datetime | None, int | None, bool]:
        """The first instant after an inspection's freeze, and how many entries the file held then (None: no bound);
        and whether the moment is the inspection's own, so that the file itself is read no further either."""
        found = self._inspections.get(inspection or "")
        if found is None or found.opened is None or found.frozen_at is None:
            return None, None, False
        knowledge = "stood" if moment.known_at else "hindsight"
        own = (moment.on, knowledge) == (found.opened.occurred_on, found.opened.knowledge)
        return found.frozen_at + timedelta(microseconds=1), found.files_when_frozen.get(reference), own

    def _keep(self, key: tuple[object, ...], derive: Callable[[], T]) -> T:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]  # type: ignore[return-value]
        value = derive()
        with self._lock:
            self._kept[key] = value
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return value
