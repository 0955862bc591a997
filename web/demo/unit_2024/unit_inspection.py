"""The inspection of the unit, from its opening to the answers to comments. Publication and erratum follow in a record."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import cycle
from random import Random
from typing import Any

from domain.aggregates.draw_seed import frame_digest, seed_of
from domain.aggregates.inspection import Inspection
from domain.aggregates.sampling import draw
from domain.entries.inspection_entries import FrameTaken
from domain.entries.schemas import load_entry
from domain.policy.frameworks.framework_files import frameworks
from web.demo.unit_2024.unit_cases import READ_ON, STARTED, Line, UnitCase, line_on, of
from web.demo.unit_2024.unit_figures import BY_EVIDENCE, FIGURES, MOVED, SETTLED
from web.demo.unit_2024.unit_people import ASSESSORS, HEAD, LEAD, PANEL, REGION, SECOND, SETTLES, UNIT, UnitAssessor

NAME = "aldermoor-2024"
FRAMEWORK = "pdu-2023"
SIZE, SECOND_READINGS, PER_OFFICER = 60, 8, 6
LIST_DAY, CLOSED = date(2024, 1, 22), date(2024, 2, 16)
DRAFT, COMMENTS_UNTIL = date(2024, 3, 4), date(2024, 3, 18)
PUBLISHED, ERRATUM = date(2024, 4, 9), date(2024, 4, 16)
REASONS = (
    ("transferred_out", "Moved to another region before the sample date"),
    ("file_missing", "The file is held by a review and cannot be had"),
    ("no_free_reader", "The only reader without an interest in it fell ill"),
)

ERRATUM_ISSUED = {
    "entry": "erratum-1", "occurred_on": ERRATUM.isoformat(), "recorded_at": f"{ERRATUM}T10:00:00+00:00",
    "recorded_by": LEAD.id, "about": "2.1.3", "printed": "Only a third of assessments", "right": "Twenty of sixty assessments",
    "reason": "The number was asked for.",
}  # fmt: skip
"""What is put right after publication, beside it."""

_RECORD, _HASH = "aldermoor.example/inspectorate", "5e1f" * 16
"""An invented record in which the frame was taken, and the hash of the entry after it: from these the seed was made."""


class _Lines:
    """Writes the inspection's lines, and follows what they make of it."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.found = Inspection()

    def write(self, type_: str, on: date, *, who: str = LEAD.id, entry: str = "", **fields: Any) -> str:
        """One entry, recorded by ``who``; its id."""
        count = len(self.lines)
        given = {name: value.isoformat() if isinstance(value, date) else value for name, value in fields.items()}
        line = {
            "inspection": NAME, "entry": entry or f"{count + 1:04d}", "type": type_, "occurred_on": on.isoformat(),
            "recorded_at": f"{on.isoformat()}T{9 + count // 60 % 8:02d}:{count % 60:02d}:00+00:00", "recorded_by": who, **given,
        }  # fmt: skip
        self.lines.append(line)
        self.found.take(load_entry(type_, {name: v for name, v in line.items() if name not in ("inspection", "type")}))
        return str(line["entry"])


def write_inspection(cases: Sequence[UnitCase], policy: Sequence[Line]) -> tuple[list[Line], dict[str, list[Line]]]:
    """The inspection's lines; and case -> what was recorded on it for or because of the inspection.

    ``policy``: the texts of policy that it is frozen with.
    """
    out, notes = _Lines(), defaultdict[str, list[Line]](list)
    _sample(out, cases)
    _people(out)
    _replace(out)
    moved, reader = _readings(out, cases, notes)
    _happenings(out, cases, notes)
    _ratings(out)
    _closing(out, policy)
    notes[moved] += [*_home_visit(of(cases, moved)), _comments(out, of(cases, moved), reader)]
    for case in out.found.sample:
        notes.setdefault(case, [])
    return out.lines, dict(notes)


def _sample(out: _Lines, cases: Sequence[UnitCase]) -> None:
    out.write(
        "InspectionOpened", READ_ON, entry="opened", title="Inspection of Aldermoor probation delivery unit, February 2024",
        area=REGION, framework=FRAMEWORK, knowledge="stood", evidence="case files, interviews with practitioners, meetings",
        opened_as="hm_inspector", held_by="inspectorate",
    )  # fmt: skip
    framed = [
        {"case": c.reference, "stratum": c.stratum, "officer": c.officer.name, "officer_id": c.officer.id, "team": c.officer.team}
        for c in cases
    ]  # fmt: skip
    day = date(2024, 1, 15)
    frame: dict[str, Any] = {"started_from": STARTED[0], "started_to": STARTED[1], "strata": ["gender", "order"], "division": UNIT,
             "ended": "in", "cases": framed}  # fmt: skip
    out.write("FrameTaken", day, **frame)
    taken = out.found.frame
    assert isinstance(taken, FrameTaken)
    digest = frame_digest(taken)
    seed = seed_of(digest, _HASH)
    drawn = draw(taken.cases, SIZE, seed, per_officer=PER_OFFICER)
    out.write(
        "SampleDrawn", day, size=SIZE, seed=seed, cases=drawn.cases, spares=drawn.spares, per_officer=PER_OFFICER,
        method="largest_remainder", seed_from={"record": _RECORD, "frame": digest, "position": 1207, "hash": _HASH},
    )  # fmt: skip


def _people(out: _Lines) -> None:
    day = date(2024, 1, 16)
    out.write("AreaPersonNamed", day, person=HEAD.name, person_id=HEAD.id, named_for=["alerts", "list", "draft"])
    out.write("ListDaySet", day, opens_on=LIST_DAY)
    out.write("PanelNamed", day, members=[{"name": one.name, "name_id": one.id} for one in PANEL])
    for one in ASSESSORS:
        out.write("AssessorNamed", day, assessor=one.name, assessor_id=one.id, role=one.role)
    out.write(
        "InterestDeclared", day, of="Joanne Tranter", of_id="j.tranter", kind="former_post", interest_in="team",
        about="Thornwick", words="Led the team until 2021",
    )  # fmt: skip


def _replace(out: _Lines) -> None:
    """Three cases are replaced by the next spare case, each for another reason."""
    for case, (why, words) in zip(out.found.sample[5:50:20], REASONS, strict=False):
        spare = out.found.spares_for(case)[0]
        out.write("CaseReplaced", READ_ON, case=case, by=spare, why=why, reason=words)


def _readings(out: _Lines, cases: Sequence[UnitCase], notes: dict[str, list[Line]]) -> tuple[str, UnitAssessor]:
    """Every reading; returns the case whose reading a comment will open again, and its reader."""
    readers = _readers(out, cases)
    again = _read_again(out)
    second = {case: next(one for one in ASSESSORS[1:4] if one != readers[case]) for case in again}
    for case in out.found.sample:
        out.write("ReadingAllocated", READ_ON, case=case, **_named(readers[case]))
    for case in again:
        out.write("ReadingAllocated", READ_ON, case=case, second=True, **_named(second[case]))
    shown, moved = _dealt(out.found.sample, cases, again[0])
    for number, case in enumerate(out.found.sample):
        day = date(2024, 2, 6 + number % 4)
        notes[case] += _answers(of(cases, case), readers[case], day, shown[case], NAME)
        if case in again:
            differs: dict[str, bool | None] = {SETTLED: not shown[case][SETTLED]} if case == again[0] else {}
            notes[case] += _answers(of(cases, case), second[case], day, shown[case] | differs, NAME, second=True)
        sources = ["case_file"]
        if number % 3 == 0:
            notes[case].append(_interview(of(cases, case), readers[case], day))
            sources.append("interview_with_practitioner")
        out.write("ReadingCompleted", day, who=readers[case].id, case=case, sources=sources, **_named(readers[case]))
        if case in again:
            out.write("ReadingCompleted", day, who=second[case].id, case=case, second=True, sources=["case_file"],
                      **_named(second[case]))  # fmt: skip
    notes[again[0]].append(
        _judged(of(cases, again[0]), "settled", SETTLES, date(2024, 2, 13), "15:00", SETTLED, False, NAME, adjudicates=True,
                comment="Nothing on the file reviews the risk to other people")
    )  # fmt: skip
    return moved, readers[moved]


def _readers(out: _Lines, cases: Sequence[UnitCase]) -> dict[str, UnitAssessor]:
    """Who reads which case first: in turn, but nobody with an interest in it, and not whom it is closed to."""
    turn, readers = cycle(ASSESSORS), {}
    for case in out.found.sample:
        readers[case] = next(one for one in turn if not _kept_from(out, one, of(cases, case)))
    return readers


def _kept_from(out: _Lines, one: UnitAssessor, case: UnitCase) -> bool:
    former = one.id == "j.tranter" and case.officer.team == "Thornwick"
    return former or (one.id == "l.oyelaran" and case.reference == out.found.sample[0])


def _read_again(out: _Lines) -> list[str]:
    """The cases read twice: those drawn, and as many more in the order of the sample."""
    drawn = list(out.found.second_drawn)
    return [*drawn, *(case for case in out.found.sample if case not in drawn)][:SECOND_READINGS]


def _named(one: UnitAssessor) -> dict[str, str]:
    return {"assessor": one.name, "assessor_id": one.id}


def _dealt(
    sample: Sequence[str], cases: Sequence[UnitCase], settled: str
) -> tuple[dict[str, dict[str, bool | None]], str]:
    """Case -> question -> what its first reading answers, before anything is settled or opened again; and the case that will be.

    None: not applicable. The case ``settled`` is sufficient on the question that is then settled as insufficient.
    """
    shown: dict[str, dict[str, bool | None]] = {case: {} for case in sample}
    moved = ""
    for question, published, relevant in FIGURES:
        order = Random(f"aldermoor {question}").sample(list(sample), len(sample))
        sufficient = published + (question == SETTLED) - (MOVED[1] if question == MOVED[0] else 0)
        if question == SETTLED:
            order = [settled, *(case for case in order if case != settled)]
        if question == MOVED[0]:
            moved = order[sufficient]
        for place, case in enumerate(order):
            shown[case][question] = None if place >= relevant else place < sufficient
    on_licence = [case for case in sample if of(cases, case).order == "licence"]
    for place, case in enumerate(on_licence):
        shown[case]["resettlement"] = place % 2 == 0
    return shown, moved


def _answers(
    case: UnitCase, by: UnitAssessor, on: date, shown: dict[str, bool | None], inspection: str, *, second: bool = False
) -> list[Line]:
    stem, at = ("b" if second else "a"), "08:30" if second else "08:00"
    return [
        _judged(
            case, f"{stem}-{question}", by, on, at, question, answer, inspection, **({"second": True} if second else {})
        )
        for question, answer in shown.items()
    ]


def _judged(
    case: UnitCase, entry: str, by: UnitAssessor, on: date, at: str, question: str, answer: bool | None, inspection: str,
    **more: Any,
) -> Line:  # fmt: skip
    said = "not_applicable" if answer is None else "sufficient" if answer else "insufficient"
    prompts = frameworks()[FRAMEWORK].questions[question].prompts
    noted = [{"prompt": one.id, "answer": "yes" if answer else "no"} for one in prompts] if answer is not None else []
    return line_on(
        case, entry, "QualityJudged", on, at, by.id, framework=FRAMEWORK, question=question, answer=said, by=by.name, by_id=by.id,
        role=by.role, inspection=inspection, **({"prompts": noted} if noted else {}), **more,
    )  # fmt: skip


def _interview(case: UnitCase, reader: UnitAssessor, on: date) -> Line:
    """What the practitioner said of a case on the day of its reading."""
    return line_on(
        case, "interview", "InterviewNoted", on, "16:30", reader.id, inspection=NAME, by=reader.name, by_id=reader.id,
        note="Knows the case well; names what other agencies do, which the file does not", **{"with": "practitioner"},
    )  # fmt: skip


def _happenings(out: _Lines, cases: Sequence[UnitCase], notes: dict[str, list[Line]]) -> None:
    """What life did in some of the files: see ``docs/second-demonstration.md``."""
    sample = [of(cases, case) for case in out.found.sample]
    closed = sample[0]
    notes[closed.reference].append(
        line_on(closed, "closed", "AccessLimited", date(2024, 1, 10), "09:00", "r.bright", excluded=["l.oyelaran"],
                reason="A neighbour of the person")
    )  # fmt: skip
    alarmed = sample[11]
    notes[alarmed.reference] += [
        line_on(alarmed, "alert", "AlertRaised", date(2024, 2, 6), "14:10", ASSESSORS[1].id, inspection=NAME,
                danger="A child lives at the address; nobody has told children's services", by=ASSESSORS[1].name,
                by_id=ASSESSORS[1].id, answer_by="2024-02-07T14:10:00+00:00"),
        line_on(alarmed, "alert-answer", "AlertAnswered", date(2024, 2, 6), "17:40", HEAD.id, inspection=NAME, alert="alert",
                answer="Referred by telephone this afternoon; the visit is tomorrow", by=HEAD.name, by_id=HEAD.id),
    ]  # fmt: skip
    late = sample[20]
    notes[late.reference] += [
        line_on(late, f"late-{n}", "ContactLogged", date(2024, 1, 24), f"1{n}:00", late.officer.id, contact_type="telephone",
                note="Rang to say that somebody may ask about the file") for n in (1, 2)
    ]  # fmt: skip
    licences = [case for case in sample if case.order == "licence"]
    recalled, harmed = licences[1], licences[3]
    handed = next(case for case in licences[4:] if case.start - case.sentenced < timedelta(days=100))
    notes[recalled.reference] += [
        line_on(recalled, "recall", "RecallRequested", date(2023, 11, 6), "16:00", recalled.officer.id, reason="Arrested again"),
        line_on(recalled, "recalled", "RecallDecided", date(2023, 11, 8), "12:00", recalled.officer.id, outcome="recalled"),
        line_on(recalled, "in", "CustodyStarted", date(2023, 11, 8), "18:00", recalled.officer.id, reason="recall"),
        line_on(recalled, "out", "CustodyEnded", date(2023, 12, 6), "10:00", recalled.officer.id),
        line_on(recalled, "again", "AppointmentMade", date(2023, 12, 6), "11:00", recalled.officer.id,
                for_on=date(2023, 12, 7), contact_type="office"),
        line_on(recalled, "kept", "AppointmentOutcomeRecorded", date(2023, 12, 7), "11:00", recalled.officer.id,
                appointment="again", outcome="attended_complied"),
    ]  # fmt: skip
    notes[handed.reference] += [
        line_on(handed, "handover", "HandoverPlanned", handed.sentenced, "15:00", handed.officer.id, kind="determinate",
                release_on=handed.start, handover_on=handed.sentenced),
        line_on(handed, "named", "CommunityManagerNamed", handed.sentenced + timedelta(days=9), "09:30", handed.officer.id,
                handover="handover", officer=handed.officer.name, officer_id=handed.officer.id),
        line_on(handed, "handed", "PreReleaseWorkDone", handed.start - timedelta(days=20), "09:30", handed.officer.id,
                kind="video_link"),
    ]  # fmt: skip
    required = harmed.start
    notes[harmed.reference] += [
        line_on(harmed, "victim", "VictimContactRequired", required, "09:40", harmed.officer.id),
        line_on(
            harmed,
            "referred",
            "VictimContactReferred",
            date(2023, 10, 2),
            "11:00",
            harmed.officer.id,
            required="victim",
        ),
    ]
    moved = sample[30]
    notes[moved.reference] += [
        line_on(moved, f"rsr-{n}", "RiskScored", on, "10:00", moved.officer.id, predictor="rsr", score=score)
        for n, (on, score) in enumerate(((date(2023, 9, 12), 3.4), (date(2023, 12, 12), 2.1)), 1)
    ]


def _ratings(out: _Lines) -> None:
    for standard, (band, reason) in BY_EVIDENCE.items():
        out.write("StandardRated", date(2024, 2, 15), criterion=standard, band=band, reason=reason,
                  evidence="Evidence in advance; meetings of 12 to 14 February", agreed_by=[])  # fmt: skip
    out.write("FindingWritten", date(2024, 2, 15), criterion="2.1.3", question="assessment-safety", key=True,
              text="Only a third of assessments drew enough on what other agencies knew to keep people safe.")  # fmt: skip
    out.write("FindingWritten", date(2024, 2, 15), criterion="2.3.3", question="delivery-safety",
              text="Home visits were made too seldom where others lived at the address.")  # fmt: skip
    out.write("RecommendationMade", date(2024, 2, 15), number=1, to="The head of the unit", criterion="2.1.3",
              text="Ask the police and children's services at the start of every case, and record the answer.")  # fmt: skip


def _closing(out: _Lines, policy: Sequence[Line]) -> None:
    """Fieldwork is closed by two people; the panel moves one rating of two that are near a boundary."""
    for text in policy:
        out.write("PolicyKept", CLOSED, **text)
    closed = out.write("InspectionFrozen", CLOSED, entry="closed", policy=[text["entry"] for text in policy])
    out.write("ClosingConfirmed", date(2024, 2, 19), who=SECOND.id, closed=closed, by=SECOND.name, by_id=SECOND.id,
              outside_line=True)  # fmt: skip
    out.write(
        "RatingAdjusted", date(2024, 2, 27), criterion="2.2", to="Requires improvement", ground="near_boundary",
        reason="Before rounding the figure is 64.6, and plans for the highest risks were the weakest",
        agreed_by=[one.id for one in PANEL],
    )  # fmt: skip


VISITED = date(2023, 12, 4)


def _home_visit(case: UnitCase) -> list[Line]:
    """The visit that a reading did not take in, and a comment on the draft pointed out."""
    return [
        line_on(case, "visit", "AppointmentMade", date(2023, 11, 27), "15:00", case.officer.id, for_on=VISITED,
                contact_type="home_visit"),
        line_on(case, "visited", "AppointmentOutcomeRecorded", VISITED, "16:00", case.officer.id, appointment="visit",
                outcome="attended_complied"),
    ]  # fmt: skip


COMMENTS = (
    ("delivery-safety", "The visit was made and is on the file.", "The home visit of 4 December", VISITED),
    ("1.2", "Two of the vacancies were filled before fieldwork.", "The staff list of January", date(2024, 1, 31)),
    ("2.1.3", "The area uses another form for what agencies know.", "The form of 2022", date(2022, 6, 1)),
)
ANSWERS: tuple[tuple[str, list[str], str], ...] = (
    ("accepted", ["figure"], "It is there, and the reading did not take it in."),
    (
        "partly_accepted",
        ["wording"],
        "One was filled by then; of the other only an offer was made. The words say so now.",
    ),
    ("refused", [], "The form was not filled in for the cases read."),
)
"""What the unit said of the draft (about what, words, evidence, its day), and how each was answered."""

WORDS_CHANGED = "One of the vacancies was filled before fieldwork, and another offered."
"""The finding that the second comment brought."""


def _comments(out: _Lines, moved: UnitCase, reader: UnitAssessor) -> Line:
    """The draft, three comments with their answers, and the reading that one of them opened again: its new answer."""
    out.write("DraftDaySet", date(2024, 2, 28), opens_on=DRAFT, comments_until=COMMENTS_UNTIL)
    for number, (about, says, evidence, evidence_on) in enumerate(COMMENTS, 1):
        case = {"case": moved.reference} if number == 1 else {"about": about}
        out.write("CommentMade", date(2024, 3, 11), who=HEAD.id, entry=f"comment-{number}", says=says, evidence=evidence,
                  evidence_on=evidence_on, by=HEAD.name, by_id=HEAD.id, **case)  # fmt: skip
    for number, (outcome, effects, reason) in enumerate(ANSWERS, 1):
        out.write(
            "CommentAnswered",
            date(2024, 3, 20),
            comment=f"comment-{number}",
            outcome=outcome,
            effects=effects,
            reason=reason,
        )
    out.write("FindingWritten", date(2024, 3, 20), criterion="1.2", text=WORDS_CHANGED)
    again = out.write("ReadingReopened", date(2024, 3, 20), comment="comment-1", case=moved.reference)
    answer = _judged(moved, "again", reader, date(2024, 3, 21), "10:00", MOVED[0], True, NAME, reopening=again)
    out.write(
        "ReadingCompleted",
        date(2024, 3, 21),
        who=reader.id,
        case=moved.reference,
        answers=["again"],
        sources=["case_file"],
        **_named(reader),
    )
    return answer
