"""Every kind of notice, in the order in which lists show them."""

from collections.abc import Mapping
from typing import Final

from domain.entries import case_entries
from projections.notices import enforcement_notices, order_notices, risk_notices
from projections.notices.notice import NoticeKind

HELD = frozenset(("started", "end"))

NOTICES: Final[Mapping[str, NoticeKind]] = {
    kind.id: kind
    for kind in (
        NoticeKind(
            "never-assessed", "Risk of harm never assessed", "No level of risk of harm is on the file: assess it.",
            HELD | {"risk"}, risk_notices.never_assessed,
        ),
        NoticeKind(
            "not-countersigned-since", "Not countersigned since", "An assessment at high or very high risk of harm that "
            "nobody entitled has countersigned since it was made: have it countersigned.",
            HELD | {"risk"}, risk_notices.not_countersigned,
            reads=(case_entries.AssessmentCompleted, case_entries.AssessmentCountersigned),
            needs=(case_entries.AssessmentCompleted,),
        ),
        NoticeKind(
            "signed-by-someone-not-entitled", "Countersigned by someone not entitled", "An assessment at high or very high "
            "risk of harm was signed by its assessor, or by a grade that may not countersign: have it countersigned.",
            HELD | {"risk"}, risk_notices.not_entitled,
            reads=(case_entries.AssessmentCompleted, case_entries.AssessmentCountersigned),
            needs=(case_entries.AssessmentCountersigned,),
        ),
        NoticeKind(
            "whereabouts-no-action", "Whereabouts unknown, nothing begun", "Nobody has known for ten working days where the "
            "person is, and neither breach nor recall was begun: begin it.",
            HELD | {"unknown"}, enforcement_notices.whereabouts_no_action,
            reads=(
                case_entries.BreachInitiated, case_entries.BreachDecided, case_entries.RecallRequested,
                case_entries.RecallDecided,
            ),
        ),
        NoticeKind(
            "breach-undecided", "Breach or recall undecided", "Begun sixteen weeks ago or more, and no decision is on the "
            "file: ask the court or the Parole Board, or record the decision.",
            HELD, enforcement_notices.breach_undecided,
            reads=(
                case_entries.BreachInitiated, case_entries.BreachDecided, case_entries.RecallRequested,
                case_entries.RecallDecided,
            ),
            needs=(case_entries.BreachInitiated, case_entries.RecallRequested),
        ),
        NoticeKind(
            "appointment-without-naming", "Put on the file after its day, not attended", "The appointment was entered after "
            "its day and counts for nothing until a letter, a decision or a warning names it: send one, or withdraw it.",
            HELD | {"custody"}, of_appointment=enforcement_notices.appointment_without_naming,
            needs=(case_entries.AppointmentMade,),
        ),
        NoticeKind(
            "custody-without-end", "Custody without end", "Somebody attended while the file says custody: record the "
            "release, or correct the outcome.",
            HELD | {"custody"}, order_notices.custody_without_end, attended=True,
        ),
        NoticeKind(
            "released-after-end", "Released after its end", "Released after supervision had ended by recall or revocation: "
            "begin a file or withdraw the end.",
            HELD, order_notices.released_after_end,
            reads=(case_entries.CustodyStarted, case_entries.CustodyEnded), needs=(case_entries.CustodyEnded,),
        ),
        NoticeKind(
            "past-its-end", "Past its end, not closed", "The last day of the order has passed and nobody has closed the "
            "file: record the end, or the extension.",
            HELD | {"ends_on"}, order_notices.past_its_end,
        ),
        NoticeKind(
            "no-officer", "Nobody in post", "No officer holds the case. Its duties remain; the team's manager answers for "
            "them: allocate it.",
            HELD | {"allocation"}, order_notices.no_officer,
        ),
    )
}  # fmt: skip
"""Every kind of notice by its id."""
