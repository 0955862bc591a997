"""Who is behind figures: how many people, and which places have few of them."""

from collections.abc import Mapping, Sequence

from domain.aggregates.other_file_ids import crn_of
from projections.history.moment import Moment
from projections.ledger.ledger import Place
from projections.reports.duty_results import Attribute
from projections.reports.periods import Period
from projections.reports.reader_reach import Holds
from projections.reports.rounded_counts import Naming
from projections.reports.small_places import SmallPlaces
from projections.reports.told_gate import DisclosureGate


class ToldPeople(DisclosureGate):
    """The people behind figures, as far as a reader is told of them."""

    def people_by_group(
        self, asked: Period, clauses: Sequence[str], split: Attribute, name: Naming, among: Holds
    ) -> dict[str, int]:
        """How many people are behind each group of ``by_group``; of none where it is not exact."""
        if not self.is_exact_in(asked, among):
            return {}
        people: dict[str, set[str]] = {}
        for (_, value), counted in self._queries.people(asked, clauses, among, split).items():
            people.setdefault(name(value), set()).update(one.person for one in counted)
        return {group: len(some) for group, some in people.items()}

    def people_under(self, asked: Period, clauses: Sequence[str], among: Holds) -> Mapping[Place, frozenset[str]]:
        """Who (CRNs) is behind the duties of each place; of none where the figures are not exact."""
        if not self.is_exact_in(asked, among):
            return {}
        found: dict[Place, set[str]] = {}
        for (place, _), people in self._queries.people(asked, clauses, among, "clause").items():
            found.setdefault(place, set()).update(one.person for one in people)
        return {place: frozenset(people) for place, people in found.items()}

    def people_answered(self, moment: Moment, question: str, among: Holds) -> Mapping[Place, frozenset[str]]:
        """Who is behind the answers to a question at each place; of none where the figures are not exact."""
        if not self.is_exact_on(moment, among):
            return {}
        found: dict[Place, set[str]] = {}
        for case in self._queries.answers(moment, question):
            if among(case.place):
                found.setdefault(case.place, set()).add(crn_of(case.reference))
        return {place: frozenset(people) for place, people in found.items()}

    def small_places(self, asked: Period, clauses: Sequence[str], question: str | None, areas: Holds) -> SmallPlaces:
        """Which places of whole areas have few people behind a figure. It tells no number, so it is asked of all cases.

        ``question``: of a figure that counts answers; else None.
        """
        found: dict[Place, set[str]] = {}
        if question is not None:
            for case in self._queries.answers(asked.moment, question):
                if areas(case.place):
                    found.setdefault(case.place, set()).add(crn_of(case.reference))
        else:
            for (place, _), people in self._queries.people(asked, clauses, areas, "clause").items():
                found.setdefault(place, set()).update(one.person for one in people)
        return SmallPlaces(found)
