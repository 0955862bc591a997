"""Who is behind figures: how many people, and which places have few of them."""

from collections.abc import Sequence

from projections.history.moment import Moment
from projections.reports.counted_people import NOBODY, CountedPeople
from projections.reports.duty_results import Attribute
from projections.reports.periods import Period
from projections.reports.reader_reach import Holds
from projections.reports.rounded_counts import Naming
from projections.reports.small_places import SmallPlaces, team_of
from projections.reports.told_gate import DisclosureGate


class ToldPeople(DisclosureGate):
    """The people behind figures, as far as a reader is told of them."""

    def people_by_group(
        self, asked: Period, clauses: Sequence[str], split: Attribute, name: Naming, among: Holds
    ) -> dict[str, int]:
        """How many people are behind each group of ``by_group``; of none where it is not exact."""
        if not self.is_exact_in(asked, among):
            return {}
        return self._queries.people(asked, clauses, among, split).named(name).in_values()

    def people_under(self, asked: Period, clauses: Sequence[str], among: Holds) -> CountedPeople:
        """Who is behind the duties of each place; nobody where the figures are not exact."""
        return self._queries.people(asked, clauses, among, "clause") if self.is_exact_in(asked, among) else NOBODY

    def people_answered(self, moment: Moment, question: str, among: Holds) -> CountedPeople:
        """Who is behind the answers to a question at each place; nobody where the figures are not exact."""
        return self._queries.answered(moment, question).at(among) if self.is_exact_on(moment, among) else NOBODY

    def small_places(self, asked: Period, clauses: Sequence[str], question: str | None, areas: Holds) -> SmallPlaces:
        """Which places of whole areas have few people behind a figure. It tells no number, so it is asked of all cases.

        ``question``: of a figure that counts answers; else None.
        """
        if question is not None:
            people = self._queries.answered(asked.moment, question).at(areas)
        else:
            people = self._queries.people(asked, clauses, areas, "clause")
        return SmallPlaces(people.by_part(team_of))
