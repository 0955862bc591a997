"""What the filters of a page ask for. A name or a code that its reader does not know is refused with 404 and those they do.

The places that a reader knows are those of the cases that they reach, on whatever day: others are not even offered.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import get_args

from flask import abort, request

from domain.entries.code_lists import RISK_LEVELS, OrderType
from projections.cases import case_access
from projections.columns.case_selection import PLACE
from projections.columns.column_schema import WORDS
from projections.columns.column_store import ColumnStore
from projections.ledger.ledger import Place
from projections.lists.counted_cases import places_of
from projections.lists.known_names import UnknownName, nowhere, require
from projections.lists.todo_bands import BANDS
from projections.lists.todo_items import kinds
from projections.obligations.clause_catalogue import catalogue
from web.presentation.filters import LABELS, NOT_ASSESSED, Filters
from web.services import current_cases
from web.site import access_control


def filters(names: Sequence[str]) -> Filters:
    """These filters with the values of the page's address. 404 for a value that is not known to the reader."""
    asked = Filters(names, request.args)
    check(asked.wanted)
    return asked


def check(wanted: Mapping[str, str]) -> None:
    """404 where a value is not known to the reader. ``wanted``: filter -> value; an empty one filters nothing."""
    for said in unknown(wanted).values():
        abort(404, said)


def unknown(wanted: Mapping[str, str]) -> dict[str, str]:
    """Filter -> what is said of its value, for those of which the value is not known to the reader."""
    found = {}
    columns = current_cases.reached().selection.columns
    for name, value in wanted.items():
        if not value:
            continue
        try:
            if name in PLACE:
                require(f"{nowhere(name, value)} that you may see", value, _named(columns, name))
            else:
                require(f"There is no {LABELS[name].lower()} called {value}", value, _codes(columns, name))
        except UnknownName as error:
            found[name] = str(error)
    return found


def places_known(columns: ColumnStore) -> list[Place]:
    """The places that held a case which the reader reaches, on any day."""
    account = access_control.account()
    if account.inspects:
        return places_of(columns, case_access.inspected(current_cases.repository(), account))
    return [place for place in columns.words["place"].values if account.answers_for(place)]


def _named(columns: ColumnStore, level: str) -> set[str]:
    return {str(getattr(place, level)) for place in places_known(columns)}


def _codes(columns: ColumnStore, name: str) -> Iterable[str]:
    """The values of a filter that is no place: those of its list, whether or not any case has them."""
    match name:
        case "order":
            return get_args(OrderType)
        case "risk":
            return (*RISK_LEVELS, NOT_ASSESSED)
        case "band":
            return BANDS
        case "kind":
            return kinds()
        case "clause":
            return {clause.id for clause in catalogue().clauses}
    return [str(value) for value in columns.words[WORDS[name]].values if value is not None]
