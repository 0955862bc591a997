"""Kept beside arranged: of the appointments that met a time for contact, how many the person came to."""

from collections.abc import Mapping

from projections.history.appointments import Appointment
from projections.obligations.duty_state import Obligation


def kept_words(obligation: Obligation, appointments: Mapping[str, Appointment]) -> str:
    """``1 arranged, 0 kept, 1 without an outcome.`` Empty for a duty that no appointment met."""
    named = [appointments[entry] for entry in obligation.met_by if entry in appointments]
    if not obligation.window or not named:
        return ""
    kept, silent = sum(one.attended for one in named), sum(one.outcome is None and not one.absent for one in named)
    said = f"{len(named)} arranged, {kept} kept"
    return f"{said}, {silent} without an outcome." if silent else f"{said}."
