"""Whether a sample can still be completed with a limit on the cases of one officer.

Strata give cases, officers take them: a flow. ``CompletionPlan`` keeps one way to complete the sample and moves planned cases
from officer to officer where a case asked for needs it. There is no way to complete it exactly where no such move exists
(Ford and Fulkerson, 1956).
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping
from typing import NamedTuple

StratumOfficer = tuple[str, str]


class Shortage(NamedTuple):
    """Why no sample exists. The strata together lack ``missing`` cases; these officers of theirs are at the limit."""

    strata: list[str]
    officers: list[str]
    missing: int


class CompletionPlan:
    """How many cases of each stratum and officer are still to come. ``shortage``: None where a sample exists."""

    def __init__(self, shares: Mapping[str, int], cases: Mapping[StratumOfficer, int], limit: int):
        self._cases = Counter(cases)
        self._planned: Counter[StratumOfficer] = Counter()
        self._load: Counter[str] = Counter()
        self._barred: set[StratumOfficer] = (
            set()
        )  # what once could not be completed cannot be later: fewer cases are left
        self._room: defaultdict[str, int] = defaultdict(lambda: limit)
        self._officers: defaultdict[str, list[str]] = defaultdict(list)
        self._strata: defaultdict[str, list[str]] = defaultdict(list)
        for stratum, officer in sorted(cases):
            self._officers[stratum].append(officer)
            self._strata[officer].append(stratum)
        missing = {name: short for name, share in shares.items() if (short := share - self._plan(name, share))}
        self.shortage = self._shortage(missing) if missing else None

    def take(self, stratum: str, officer: str) -> bool:
        """Take one case, if the sample can be completed with it. The plan must ask for a case of this stratum still."""
        taken = (stratum, officer)
        if not self._cases[taken] or not self._room[officer]:
            return False
        if not self._planned[taken] and (taken in self._barred or not self._swap(stratum, officer)):
            self._barred.add(taken)
            return False
        self._change(stratum, officer, -1)
        self._cases[taken] -= 1
        self._room[officer] -= 1
        return True

    def leave(self, stratum: str, officer: str) -> None:
        """Leave out one case that could not be taken."""
        self._cases[stratum, officer] -= 1

    def _plan(self, stratum: str, share: int) -> int:
        """Plan so many cases of a stratum. Returns how many there is room for."""
        return next((done for done in range(share) if not self._add(stratum)), share)

    def _swap(self, stratum: str, officer: str) -> bool:
        """Plan a case of this officer in place of another one of the stratum; False, and nothing changed, where none can be."""
        instead = next(other for other in self._officers[stratum] if self._planned[stratum, other])
        self._change(stratum, instead, -1)
        if self._load[officer] < self._room[officer]:
            self._change(stratum, officer, +1)
            return True
        giver = next(other for other in self._strata[officer] if self._planned[other, officer])
        self._change(giver, officer, -1)
        self._change(stratum, officer, +1)
        self._cases[stratum, officer] -= 1  # this one case is not to be moved again
        self._planned[stratum, officer] -= 1
        done = self._add(giver)
        self._cases[stratum, officer] += 1
        self._planned[stratum, officer] += 1
        if not done:
            self._change(stratum, officer, -1)
            self._change(giver, officer, +1)
            self._change(stratum, instead, +1)
        return done

    def _change(self, stratum: str, officer: str, by: int) -> None:
        self._planned[stratum, officer] += by
        self._load[officer] += by

    def _add(self, stratum: str) -> bool:
        """Plan one more case of a stratum, moving planned cases of others where need be; False where there is no room."""
        came, via, free = self._reach([stratum])
        if free is None:
            return False
        officer: str | None = free
        while officer is not None:
            giver = came[officer]
            self._change(giver, officer, +1)
            officer = via[giver]
            if officer is not None:
                self._change(giver, officer, -1)
        return True

    def _reach(self, starts: Iterable[str]) -> tuple[dict[str, str], dict[str, str | None], str | None]:
        """From these strata: officer -> the stratum that reaches it; stratum -> the officer who would give up one of its
        cases (None: a start); the first officer below the limit (None: all reached are at it).
        """  # fmt: skip
        came: dict[str, str] = {}
        via: dict[str, str | None] = dict.fromkeys(starts)
        queue = deque(via)
        while queue:
            stratum = queue.popleft()
            for officer in self._officers[stratum]:
                if officer in came or self._planned[stratum, officer] >= self._cases[stratum, officer]:
                    continue
                came[officer] = stratum
                if self._load[officer] < self._room[officer]:
                    return came, via, officer
                for other in self._strata[officer]:
                    if other not in via and self._planned[other, officer]:
                        via[other] = officer
                        queue.append(other)
        return came, via, None

    def _shortage(self, missing: Mapping[str, int]) -> Shortage:
        came, via, _ = self._reach(missing)
        return Shortage(sorted(via), sorted(came), sum(missing.values()))
