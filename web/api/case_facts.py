"""What rows about cases say of the case itself, and the filters that lists about cases share."""

from collections.abc import Mapping
from typing import Any

from flask_smorest import abort as refuse

from domain.entries.code_lists import RISK_LEVELS
from projections.cases.case_snapshot import CaseSnapshot
from web.api.answer_fields import ORDERS, day, order_type, reference, risk, said, whole
from web.api.api_query import Answer, Query, Whole, choice, text
from web.presentation.filters import NOT_ASSESSED, Filters
from web.services import asked_names


class CaseFactsSchema(Answer):
    """A case on the day."""

    case = reference()
    name = said("The name of the person, or why it is not shown.")
    order_type = order_type()
    tier = whole("The tier; null: none was set.", 3, null=True)
    risk = risk()
    mappa_level = whole("The MAPPA level; null: none.", 2, null=True)
    officer = said("Who holds the case; empty: nobody is in post.")
    officer_grade = said("Their grade.", "po")
    team = said("The team.", "Gloucester")
    division = said("The division.")
    area = said("The area.", "Gloucestershire")
    started_on = day("The day on which supervision began.", "2005-01-10")
    ended_on = day("The day on which it ended; null: it goes on.", null=True)


def case_facts(case: CaseSnapshot, name: str) -> dict[str, Any]:
    """The fields of ``CaseFactsSchema``. ``name``: as the reader may see it."""
    spell = case.spell
    place = spell.place
    return {
        "case": case.reference, "name": name, "order_type": spell.order_type, "tier": spell.tier, "risk": spell.risk,
        "mappa_level": spell.mappa_level, "officer": place.officer, "officer_grade": place.officer_grade, "team": place.team,
        "division": place.division, "area": place.area, "started_on": spell.started_on, "ended_on": spell.ended_on,
    }  # fmt: skip


class HolderFilters(Query):
    """Whose cases."""

    team = text("Cases held by this team on the day.", example="Gloucester")
    officer = text("Cases held by this officer on the day.", example="Tunde Adeyemi")


class PlaceFilters(HolderFilters):
    """Whose cases, by every level."""

    area = text("Cases held in this area on the day.", example="Gloucestershire")
    division = text("Cases held in this division on the day.", example="Gloucester and Forest")


class CaseFilters(HolderFilters):
    """Which cases."""

    order = choice("The kind of order or licence.", *ORDERS)
    tier = Whole(1, 4, metadata={"description": "The tier.", "example": 3})
    risk = choice("The level of risk of harm.", *RISK_LEVELS, NOT_ASSESSED)


def asked_filters(names: tuple[str, ...], query: Mapping[str, Any]) -> Filters:
    """The filters that a query asks for. 404 for a value that is not known to the reader."""
    asked = Filters(names, {name: str(query[name]) for name in names if query.get(name) is not None})
    if unknown := asked_names.unknown(asked.wanted):
        refuse(404, messages={"query": {name: [said] for name, said in unknown.items()}})
    return asked
