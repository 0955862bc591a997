"""Interests of those who lead and assess an inspection as JSON, and who may not be handed which case."""

from typing import Any, get_args

from domain.accounts.roles import OPENERS
from domain.entries import code_lists
from domain.entries.process_entries import InterestDeclared
from web.api.answer_fields import code, day, said, texts
from web.api.api_query import Answer
from web.api.inspection_resources import PATH
from web.api.paged_lists import Rows
from web.api.resources import Resource
from web.inspections.interests_page import interests_seen
from web.inspections.reading_allocation import reader_conflicts
from web.recording.inspection_entry import inspection_to_read, inspection_to_run
from web.services import current_inspections

blueprint = Resource(
    "interests",
    tag="Interests",
    description="Declared interests of those who lead and assess an inspection, and the conflicts for which a case is not shared "
    "out to somebody.",
    purpose="inspection",
)


class InterestSchema(Answer):
    """A declared interest."""

    entry = said("The id of the entry that declared it.")
    of_id = said("Whose: a user name or a staff key.")
    of = said("Their name.")
    kind = code("What kind.", *get_args(code_lists.InterestKind))
    interest_in = code("In what.", *get_args(code_lists.InterestIn))
    about = said("In which: the reference of a case, an officer, a team, or who leads or assesses too.")
    words = said("In words.")
    declared_on = day("The day.")


class ConflictSchema(Answer):
    """A case of the sample that is not to be read by an assessor."""

    case = said("The case.", example="X123456/1")
    assessor = said("The assessor: a user name or a staff key.")
    name = said("Their name.")
    why = texts("The conflicts, in words.")


@blueprint.paged(
    "/inspections/<inspection>/interests",
    "listInterests",
    InterestSchema,
    roles=OPENERS,
    read="undated",
    path=PATH,
    persons=True,
)
def list_interests(_: dict[str, Any], inspection: str) -> Rows[InterestDeclared]:
    """The declared interests: all for who runs the inspection, their own for an assessor.

    404 where there is no such inspection; 403 where you neither run it nor read for it."""
    found = inspection_to_read(inspection)
    return Rows(list(interests_seen(inspection, found).values()), given=_interest)


@blueprint.paged(
    "/inspections/<inspection>/conflicts", "listConflicts", ConflictSchema, roles=OPENERS, read="undated", path=PATH, dear=True,
    persons=True,
)  # fmt: skip
def list_conflicts(_: dict[str, Any], inspection: str) -> Rows[dict[str, Any]]:
    """Which assessor may not be handed which case of the sample, of the cases that are open to you.

    None where the inspection is one of the area's own. 404 where there is no such inspection; 403 where somebody else runs it."""
    found = inspection_to_run(inspection)
    closed = current_inspections.closed(inspection, found.sample)
    rows = [
        {"case": case, "assessor": key, "name": found.called(key), "why": why}
        for (case, key), why in reader_conflicts(found).every.items() if case not in closed
    ]  # fmt: skip
    return Rows(rows, given=dict, case=lambda one: one["case"])


def _interest(one: InterestDeclared) -> dict[str, Any]:
    return {
        "entry": one.entry, "of_id": one.of_id, "of": one.of, "kind": one.kind, "interest_in": one.interest_in,
        "about": one.about, "words": one.words, "declared_on": one.occurred_on,
    }  # fmt: skip
