"""Lists from columns: the duties, cases and entries behind a figure of a report."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import numpy as np

from projections.arrays.date_numbers import day_number, day_of
from projections.columns.case_answers import INSUFFICIENT, SUFFICIENT, Block
from projections.columns.case_selection import CaseSelection
from projections.columns.score_counts import blocks
from projections.history.moment import Moment
from projections.ledger.ledger import Place
from projections.obligations.derive import Obligation
from projections.reports.dues import Answered, Behind, Late, Wanted
from projections.reports.duty_columns import DutyColumns, Found, coming_of, of_found


class Listing(DutyColumns):
    """What is behind the figures, case by case."""

    def behind(self, moment: Moment, since: date, clauses: Sequence[str], wanted: Wanted) -> list[Behind]:
        at = self._at(moment)
        return [b for found in self._counted(at, since, clauses) for b in self._listed(at, found, wanted)]

    def _listed(self, at: CaseSelection, found: Found, wanted: Wanted) -> Iterator[Behind]:
        allowed = self._allowed(wanted)
        found = of_found(found, allowed[found.column("place")])
        names = at.spell_column("name")
        clause = self.framework_clause(found.clause)
        for n, case in enumerate(found.case.tolist()):
            row = {name: column[found.at[n]] for name, column in found.rows.columns.items()}
            arises, due = day_of(int(row["arises"])), day_of(int(row["due"]))
            assert arises is not None and due is not None
            yield Behind(
                self.columns.references[case],
                self.columns.names[int(names[case])],
                self._place(int(row["place"])),
                Obligation(
                    clause, clause.values[int(row["value"])], arises, due, day_of(int(row["met"])),
                    day_of(int(row["ended"])), None, (), clause.kind == "frequency",
                ),
            )  # fmt: skip

    def answers(self, moment: Moment, question: str) -> list[Answered]:
        at, asked, found = self._at(moment), self.framework.questions[question], list[Answered]()
        names, places = at.spell_column("name"), at.place
        for numbers in blocks(np.where(at.there, 0, -1)):
            verdict, absent = Block(self.framework, at, numbers).answer(asked)
            counting = at.there[numbers] & ((verdict == SUFFICIENT) | (verdict == INSUFFICIENT))
            for n in np.flatnonzero(counting).tolist():
                case = int(numbers[n])
                found.append(
                    Answered(
                        self.columns.references[case], self.columns.names[int(names[case])],
                        self._place(int(places[case])), bool(verdict[n] == SUFFICIENT), bool(absent[n]),
                    )
                )  # fmt: skip
        return found

    def coming(self, moment: Moment, first: date, last: date, wanted: Wanted) -> list[Behind]:
        at = self._at(moment)
        return [
            b
            for found in self._owed(at, self._standards())
            for b in self._listed(
                at,
                of_found(found, coming_of(found, at, day_number(last)) & (found.column("due") > day_number(first))),
                wanted,
            )
        ]

    def late(self, moment: Moment, since: date, wanted: Wanted) -> list[Late]:
        at = self._at(moment)
        places, names = at.place, at.spell_column("name")
        return [
            Late(
                self.columns.references[case], self.columns.names[int(names[case])], place, kind, occurred,
                recorded, days,
            )
            for case, (occurred, recorded), days, kind in self._late(at, since)
            if wanted(place := self._place(int(places[case])))
        ]  # fmt: skip

    def _late(self, at: CaseSelection, since: date) -> Iterator[tuple[int, tuple[date, date], int, str]]:
        for rows in self.columns.lates.parts(at.instant):
            for n in self._late_rows(at, rows, since).tolist():
                occurred, recorded = day_of(int(rows["occurred"][n])), day_of(int(rows["recorded"][n]))
                assert occurred is not None and recorded is not None
                kind = self.columns.words["type"].values[int(rows["type"][n])]
                yield int(rows["case"][n]), (occurred, recorded), int(rows["working_days"][n]), kind

    def holders(self, moment: Moment) -> Mapping[str, Place]:
        at = self._at(moment)
        places = at.place
        return {self.columns.references[n]: self._place(int(places[n])) for n in np.flatnonzero(at.there).tolist()}
