"""Cases as they were known: their histories and duties, derived from their files and cached.

A case is derived from its file and from what of its person's other files reaches it (``domain.aggregates.person_files``). The
key of a history or its obligations is the number of entries known, so they are derived once for all days.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from domain.aggregates.case_file import CaseFile
from domain.aggregates.person_files import Reached, reached
from domain.entries.case_entries import Entry, QualityJudged
from domain.policy.frameworks.framework import Framework
from domain.policy.kept_texts import rules_by
from domain.store.stored_entries import received as of_file
from projections.cases.followed_files import FollowedFiles
from projections.cases.person_names import names_of
from projections.history.history import History
from projections.history.moment import Moment
from projections.obligations.derive import obligations
from projections.obligations.duty_state import Obligation
from projections.scoring.answers import Answer, Reason


class CaseHistories(FollowedFiles):
    """The histories and duties of the cases of one store."""

    def history(
        self,
        reference: str,
        known_at: datetime | None,
        stored: Mapping[str, int] | None = None,
        *,
        received: bool = False,
        opened: bool = False,
    ) -> History:
        """The case as it was known at an instant (None: everything recorded to date).

        ``stored``: use only so many entries of each file, the first to be stored (None: all). ``received``: an entry is known
        from when it was stored here, if that was later than its recording. ``opened``: with the texts of its entries; such a
        history is never kept.
        """
        files, held, known_at = self._files_known(reference, known_at, stored, received=received)
        if opened:
            shown = reached({name: self.files.texts.opened(name, facts) for name, facts in files.items()}, reference)
            return History.of(shown.entries, known_at, shown.elsewhere)
        restored = self._restored
        if len(files) > 1:
            found = self._keep(("reached", restored, held, rules_by()), lambda: reached(files, reference))
        else:
            found = Reached(files[reference])
        seen = sum(1 for fact in found.every if known_at is None or fact.recorded_at < known_at)
        return self._keep(
            ("history", restored, held, seen, rules_by()), lambda: History.of(found.entries, known_at, found.elsewhere)
        )

    def obligations(
        self,
        reference: str,
        known_at: datetime | None,
        framework: Framework,
        edition: str | None = None,
        stored: Mapping[str, int] | None = None,
        *,
        received: bool = False,
    ) -> list[Obligation]:
        """The duties under the standards and the framework's expectations, as known at an instant.

        ``edition``: use this edition of the standards for all duties, in place of the one in force when each duty arose.
        """
        history = self.history(reference, known_at, stored, received=received)

        def derive() -> tuple[History, list[Obligation]]:
            clauses = framework.clauses if edition is None else framework.clauses_by(edition)
            return history, obligations(history, clauses)

        return self._keep(("obligations", framework.kept, framework.id, edition, id(history)), derive)[1]

    def _files_known(
        self, reference: str, known_at: datetime | None, stored: Mapping[str, int] | None, *, received: bool
    ) -> tuple[dict[str, list[Entry]], tuple[object, ...], datetime | None]:
        """The files that a reading is made from: their entries, what tells them apart from other states of them, and the instant
        at which they are still to be read (None: they hold no more than was known).
        """
        with self._lock:
            person = self.person(reference)
            files = {file.reference: list(file.entries.values()) for file in (person.file, *person.others)}
            here = {name: self.stored(name) for name in files} if received and known_at is not None else {}
        if stored is not None:
            files = {name: entries[: stored.get(name)] for name, entries in files.items()}
        held: tuple[object, ...] = tuple((name, len(entries)) for name, entries in files.items())
        if known_at is None or not here:
            return files, held, known_at
        return (
            {name: of_file(entries, here[name], known_at) for name, entries in files.items()},
            (*held, known_at),
            None,
        )

    def opened_file(self, file: CaseFile) -> CaseFile:
        """A file, or part of one, with the texts of its entries, for what shows them."""
        facts = self.files.texts.opened(file.reference, file.entries.values())
        return CaseFile(file.reference, file.version, {fact.entry: fact for fact in facts})

    def with_comment(self, reference: str, answer: Answer) -> Answer:
        """An answer with the comment of the judgement that it rests on, for what shows it."""
        judged = [reason.judgement for reason in answer.because if reason.judgement is not None]
        opened = [one for one in self.files.texts.opened(reference, judged) if isinstance(one, QualityJudged)]
        because = tuple(Reason(one.comment or "", judgement=one) for one in opened)
        return replace(answer, because=because) if opened else answer

    def names(self, references: Iterable[str], moment: Moment) -> Mapping[str, str]:
        """The name of the person of each of these cases on the moment's day, as known at it, for what shows them."""
        return names_of(self.files, references, moment)
