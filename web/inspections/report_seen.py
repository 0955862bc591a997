"""The report of an inspection as the person signed in may see it."""

from projections.history.moment import Moment
from web.inspections.report_data import InspectionReport, report_of
from web.services import current_cases, current_inspections


def report_seen(name: str, moment: Moment | None = None) -> InspectionReport:
    """The report without what a blind reader must not learn, and without an earlier inspection that is not open to them.

    ``moment``: default, the inspection's own.
    """
    return report_of(
        current_cases.repository(), name, current_inspections.seen(name), current_inspections.scored(name, moment),
        current_inspections.scored_before(name), says_position=not current_inspections.reads_blind(),
    )  # fmt: skip
