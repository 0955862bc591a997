"""How a case was recorded: replay, then and now, what was stored late, what is kept of the person."""

from werkzeug.wrappers import Response

from domain.accounts.roles import KEEPERS, READERS
from web.cases.case_page import blueprint
from web.cases.opened_case import case_page, not_begun, opened_case
from web.services import current_cases
from web.site import access_control


@blueprint.get("/cases/<crn>/<int:number>/history")
@access_control.open_to(*READERS)
def history(crn: str, number: int) -> str | Response:
    """The ways to read how the file grew, and what of it was stored late."""
    case = opened_case(crn, number)
    if not case.reading.has_begun:
        return not_begun(case)
    return case_page(
        case,
        "cases/case_history.html",
        late=[item for item in reversed(case.items) if item.stored is not None and item.stored.late],
        taken_over=sum(item.stored is not None and item.stored.taken_over for item in case.items),
        keeps=access_control.account().is_one_of(KEEPERS) and current_cases.may_record(case.reference),
    )
