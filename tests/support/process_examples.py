"""Full examples of the entries of an inspection's process, and what stands before each."""

from typing import Any

from tests.support.histories import CASE

EXAMPLES: dict[str, dict[str, Any]] = {
    "LeadNamed": {"lead": "R Pascoe", "lead_id": "r.pascoe", "instead_of": "j.hartnell", "reason": "on leave"},
    "AreaPersonNamed": {"person": "Helen Quayle", "person_id": "h.quayle", "named_for": ["list", "draft", "alerts"]},
    "InterestDeclared": {
        "of": "J Hartnell", "of_id": "j.hartnell", "kind": "former_post", "interest_in": "team", "about": "Stroud",
        "words": "Worked there until 2003",
    },
    "InterestWithdrawn": {"interest": "interest", "reason": "another team"},
    "ListDaySet": {"opens_on": "2005-06-01"},
    "PanelNamed": {"members": [{"name": "A One", "name_id": "a.one"}, {"name": "B Two", "name_id": "b.two"}]},
    "ClosingConfirmed": {"closed": "frozen", "by": "A One", "by_id": "a.one", "outside_line": True},
    "DraftDaySet": {"opens_on": "2005-06-01", "comments_until": "2005-06-15"},
    "CommentMade": {
        "says": "The plan was on file.", "evidence": "the plan", "evidence_on": "2005-05-20", "by": "Helen Quayle",
        "by_id": "h.quayle", "about": "B1", "case": "X123456/2",
    },
    "CommentAnswered": {
        "comment": "comment", "outcome": "accepted", "reason": "it is there", "effects": ["figure", "wording"],
    },
    "ReadingReopened": {"comment": "comment", "case": "X123456/2"},
    "ErratumIssued": {"printed": "55 %", "right": "56 %", "reason": "miscounted", "about": "B1"},
    "RecommendationMade": {"number": 1, "text": "See to plans.", "to": "The Board", "criterion": "B3"},
    "ProgressJudged": {"recommendation": 1, "progress": "some", "words": "Half of the plans are in time."},
    "NextStepAgreed": {"number": 1, "text": "A plan of action", "who": "The Board", "by_when": "2005-09-30"},
    "AlertRaised": {
        "inspection": "gloucestershire-2005", "danger": "a child alone", "answer_by": "2005-06-02T12:00:00+01:00",
        "by": "J Hartnell", "by_id": "j.hartnell",
    },
    "StandardRated": {
        "criterion": "1.1", "band": "Good", "reason": "the plan is known", "evidence": "eight meetings",
        "agreed_by": ["a.one", "b.two"],
    },
    "UnitsNamed": {"units": ["unit-north", "unit-south"]},
    "AlertAnswered": {"inspection": "gloucestershire-2005", "alert": "alert", "answer": "the child is safe",
                      "by": "Helen Quayle", "by_id": "h.quayle"},
}  # fmt: skip

FROZEN = [
    ("ReadingAllocated", "given", {"case": "X123456/2", "assessor": "J Hartnell", "assessor_id": "j.hartnell"}),
    ("ReadingCompleted", "read", {"case": "X123456/2", "assessor": "J Hartnell", "assessor_id": "j.hartnell"}),
    ("InspectionFrozen", "frozen", {"files": [{"case": CASE, "entries": 7}]}),
]
DRAFT = [
    *FROZEN,
    ("ClosingConfirmed", "confirmed", EXAMPLES["ClosingConfirmed"]),
    ("AreaPersonNamed", "person", EXAMPLES["AreaPersonNamed"]),
    ("DraftDaySet", "draft", EXAMPLES["DraftDaySet"]),
]
COMMENTED = [*DRAFT, ("CommentMade", "comment", EXAMPLES["CommentMade"])]
ANSWERED = [*COMMENTED, ("CommentAnswered", "answered", EXAMPLES["CommentAnswered"])]
REOPENED = [*ANSWERED, ("ReadingReopened", "reopened", EXAMPLES["ReadingReopened"])]
PUBLISHED = [
    *FROZEN,
    (
        "InspectionPublished",
        "published",
        {"framework_version": "1", "figures": [{"of": "B1", "printed": "55%"}], "position": 7, "hash": "0" * 64},
    ),
]

BEFORE: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    "FreezeFixed": FROZEN,
    "InspectionPublished": FROZEN,
    "ClosingConfirmed": FROZEN,
    "DraftDaySet": FROZEN,
    "CommentMade": DRAFT,
    "CommentAnswered": COMMENTED,
    "ReadingReopened": ANSWERED,
    "ReadingCompleted": REOPENED,
    "StandardRated": [("PanelNamed", "panel", EXAMPLES["PanelNamed"]), *FROZEN],
    "RatingAdjusted": [("PanelNamed", "panel", EXAMPLES["PanelNamed"])],
    "ErratumIssued": PUBLISHED,
    "InterestWithdrawn": [("InterestDeclared", "interest", EXAMPLES["InterestDeclared"])],
}
"""Type -> the entries of the inspection that stand before the example is taken: type, id, fields."""

OPENED_WITH = {"StandardRated": "pdu-2023", "UnitsNamed": "region-2023"}
"""Type -> the framework of the inspection that takes the example, where it is not the default one."""
