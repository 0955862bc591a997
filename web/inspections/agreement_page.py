"""How far the readers of an inspection agree with one another, and with what the entries give."""

from flask import render_template

from domain.accounts.roles import READERS
from projections.inspections.assessor_agreement import (
    Agreement,
    compare,
    judged_and_derived,
    judged_answers,
    left_as_derived,
)
from web.inspections.reading_answers import case_read
from web.inspections.reading_pages import blueprint
from web.services import current_inspections
from web.site import access_control


@blueprint.get("/inspections/<inspection>/agreement")
@access_control.open_to(*READERS)
def agreement(inspection: str) -> str:
    """How far two readers agree, and assessors with what the entries give."""
    opened = current_inspections.inspection(inspection)
    found, hidden = current_inspections.seen(inspection), current_inspections.to_read(inspection)
    scored = current_inspections.scored(inspection)
    both = [reading for reading in scored.readings if reading.reference not in hidden]
    blind = current_inspections.blind(inspection)
    own = [reading for reading in scored.readings if reading.reference not in blind]
    given = [case for case, second in found.allocated if second]
    again = [case_read(inspection, found, case, True) for case in given if case not in hidden]
    once, twice_read = found.finished(second=False), found.finished(second=True)
    twice = compare(
        judged_answers(both, inspection), judged_answers(again, inspection, second=True),
        left_as_derived(both, once), left_as_derived(again, twice_read),
    )  # fmt: skip
    texts = {name: question.text for name, question in found.framework.questions.items()}
    shown = {reading.reference for reading in current_inspections.shown(inspection, scored.readings)}
    kinds: list[tuple[str, str, str, Agreement]] = [
        ("First and second readers", "First", "Second", twice),
        ("Assessors and the entries", "Assessor", "Entries", judged_and_derived(own, once)),
    ]
    differ = {pair.asked.reference for *_, kind in kinds for pair in kind.disagreements}
    access_control.shown(*(differ & shown))
    return render_template(
        "inspections/agreement.html",
        inspection=inspection,
        opened=opened,
        kinds=kinds,
        texts=texts,
        shown=shown,
        cases=len(given),
        blind=len(hidden),
    )
