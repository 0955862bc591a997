"""The measures and reports that ship with the program: ``reports.yaml`` in this folder."""

from functools import cache

from domain.policy.cited_documents import MEASURES
from domain.policy.measures.measure import Reports
from domain.policy.measures.measure_schema import read_reports
from domain.policy.policy_cache import kept_policy


@cache
def reports() -> Reports:
    """The measures and reports that ship with the program."""
    return kept_policy("reports", lambda: read_reports(MEASURES / "reports.yaml"))
