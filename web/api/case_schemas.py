"""What a case says of itself at a moment, by part."""

from typing import get_args

from projections.obligations.interruptions import Interruption
from projections.scoring.verdicts import VERDICTS
from web.api.answer_fields import code, day, flag, instant, many, order_type, part, reference, risk, said, texts, whole
from web.api.api_query import Answer
from web.api.entry_answers import StoredSchema
from web.api.entry_refs import EntryRefSchema
from web.api.given_duties import DutyFactsSchema, DutySchema
from web.api.law_schemas import TodaysLawSchema
from web.api.paged_lists import ReadSchema
from web.api.score_schemas import ScoresSchema


class PersonSchema(Answer):
    """Who the case is about, as you may see it."""

    name = said("The name, or why it is not shown.", "Sam Person")
    hidden = code("Why the name is not shown; null: it is.", "erased", "redacted", "sealed", null=True)
    born = day("The date of birth; null: not known, or not shown.", "1971-03-12", null=True)
    says = texts("What stands beside the name on every page of the case.")
    limited = said("That access to the case is limited; empty: it is not.")


class OrderSchema(Answer):
    """The order or licence, and what holds of the case on the day."""

    type = order_type()
    started_on = day("The day on which supervision began.", "2005-01-10")
    ended_on = day("The day on which it ended; null: it goes on.", null=True)
    tier = whole("The tier; null: none was set.", 3, null=True)
    risk = risk()
    mappa_level = whole("The MAPPA level; null: none.", 2, null=True)
    away = code(
        "Why the person cannot be seen as usual: custody and the like; null: they can.",
        *get_args(Interruption),
        null=True,
    )


class HolderSchema(Answer):
    """Who holds the case on the day."""

    officer = said("The officer; empty: nobody is in post.")
    officer_grade = said("Their grade.", "po")
    team = said("The team.", "Gloucester")
    division = said("The division.")
    area = said("The area.", "Gloucestershire")


class NoticeSchema(Answer):
    """Something that must be looked at, whatever duties are laid."""

    notice = said("The id of its kind.")
    title = said("Its kind in words.")
    says = said("What it means, and what to do.")
    since = day("Since when it stands.")
    entry = part(EntryRefSchema, "The entry that it is about; null: none.", null=True)


class ContactSchema(Answer):
    """An appointment, and what is known of it."""

    entry = part(EntryRefSchema, "The appointment.")
    known = said("What became of it, or that it is arranged.", "attended and complied")


class NotHeldSchema(Answer):
    """What of the file this service did not hold at the moment, where it is read as received here."""

    since = instant("When the first entry of the file was stored here.")
    taken_over = whole("Entries recorded by then, and taken over later.", 0)
    late = whole("Entries recorded by then, and stored late.", 0)
    others = whole("Entries recorded by then that came later in the normal time.", 0)


class CaseSchema(ReadSchema):
    """A case at a moment."""

    case = reference()
    crn = said("The case reference number of the person.", "X123456")
    number = whole("The number of the case among theirs.", 1)
    version = whole(
        "The version of the file now: how many entries that you may see are stored in it, whatever the moment. It is moved by no "
        "other file. Null: the case is not yours today.",
        40,
        null=True,
    )
    inspection = said("The inspection whose judgements count too; null: those of the record alone.", null=True)
    unread = texts(
        "Titles of inspections for which you have still to finish reading this case: their answers are not shown."
    )
    person = part(PersonSchema, "Who it is about.")
    begun = flag("Whether supervision had begun by the day; false: the parts below are null or empty.")
    begins_on = day("The day on which it begins or began; null: not on the file.", null=True)
    order = part(OrderSchema, "The order, tier and risk; null: not begun.", null=True)
    holder = part(HolderSchema, "Who holds it; null: not begun.", null=True)
    overdue = many(DutySchema, "Duties of the national standards that are overdue.")
    missed = whole("Times for contact that were missed and are past making good.", 0)
    next = many(DutySchema, "The duties that fall due next; of each clause the first.")
    notices = many(NoticeSchema, "What must be looked at.")
    law_of_today = part(TodaysLawSchema, "What today's law says beside; null: not begun.", null=True)
    plans = many(EntryRefSchema, "The last plan of each kind, and its last review.")
    contacts = many(ContactSchema, "The last appointments, those still to come first.")
    held = part(NotHeldSchema, "What was not held here by then; null: not read as received here.", null=True)


class ReasonSchema(Answer):
    """A reason for an answer: a duty, a judgement, or words alone."""

    says = said("The reason in words.")
    duty = part(DutyFactsSchema, "The duty; null: it is none.", null=True)
    raised_by = part(EntryRefSchema, "The entry that raised the duty; null: none.", null=True)
    met_by = many(EntryRefSchema, "The entries that met the duty.")
    judgement = part(EntryRefSchema, "The entry of the judgement; null: it is none.", null=True)


class AnswerSchema(Answer):
    """The answer of the case to a question."""

    question = said("The id of the question.", "plan-reviewed")
    text = said("The question.")
    answer = code("The answer.", *VERDICTS)
    basis = code("On what it rests: derived from entries, or judged.", "derived", "judged")
    absent = flag("Whether it is insufficient because what was required is not there at all.")
    other = code(
        "The answer on the other basis, where it differs; null: it does not, or there is none.", *VERDICTS, null=True
    )
    sure = texts("How sure the limits are on which it rests: F, R, U, P.")
    because = many(ReasonSchema, "The reasons.")
    beside = many(ReasonSchema, "Of a key question: what the entries give beside it.")
    late = many(EntryRefSchema, "Entries stored or corrected late on which it rests.")


class CriterionAnswersSchema(Answer):
    """The answers to the questions of a criterion."""

    criterion = said("The id of the criterion.", "B1")
    title = said("Its title.")
    answers = many(AnswerSchema, "In the order of its questions.")


class CaseAnswersSchema(ReadSchema):
    """The answers of a case to the questions of a framework."""

    case = reference()
    framework = said("The id of the framework.", "esi-2003")
    framework_title = said("Its title.")
    inspection = said("The inspection whose judgements count too; null: those of the record alone.", null=True)
    judged_first = texts(
        "Titles of inspections for which you judge first: until you have finished reading this case, no answers are given."
    )
    criteria = many(CriterionAnswersSchema, "The answers by criterion.")
    score = part(ScoresSchema, "The case's own score; null: you judge first.", null=True)


class LateEntrySchema(Answer):
    """An entry stored late."""

    entry = part(EntryRefSchema, "The entry.")
    stored = part(StoredSchema, "How it was stored.")


class CaseHistorySchema(ReadSchema):
    """How the file was recorded and stored."""

    case = reference()
    version = whole("The version of the file now, as the case gives it.", 40, null=True)
    entries = whole("Entries known at the moment and dated by its day.", 38)
    late = many(LateEntrySchema, "Those of them that were stored late, the newest first.")
    taken_over = whole("Those of them that came with the first load of their source.", 0)
    answers_on_late = whole("Answers that rest on entries stored late.", 0)
    held = part(NotHeldSchema, "What was not held here by then; null: not read as received here.", null=True)


class CaseFileSchema(Answer):
    """A file that is attached to a reading of the case."""

    inspection = said("The inspection of the reading.", "gloucestershire-2005")
    title = said("Its title.")
    entry = said("The id of the entry that attached it.", "0060")
    name = said("What the file was called.", "letter.pdf")
    kind = said("What it is.", "pdf")
    size = whole("Its bytes.", 20480)
    by = said("Who attached it.")
    attached_on = day("The day.")
    scanned = flag("Whether it passed a scan for malicious content.")
    address = said("Where the site gives the file itself, to a session.")


class CaseFileContentSchema(CaseFileSchema):
    """A file that is attached to a reading of the case, itself."""

    sha256 = said("The SHA-256 of its bytes, as its entry has it.")
    media = said("Its media type.", "application/pdf")
    content = said("Its bytes in base64 (RFC 4648).")


class SaidSchema(Answer):
    """What somebody said to a reading."""

    says = said("What they said.")
    by = said("Who.")
    on = day("On which day.")
    question = said("The question that a learning point is about; null: not one.", null=True)


class CaseReadingSchema(Answer):
    """A reading of the case that you may see: of a published inspection, or a finished audit."""

    inspection = said("The inspection.", "gloucestershire-2005")
    title = said("Its title.")
    replies = many(SaidSchema, "Replies.")
    points = many(SaidSchema, "What is to be learned.")
    files = many(CaseFileSchema, "Files attached to it.")


class CaseReadingsSchema(ReadSchema):
    """The readings of a case."""

    case = reference()
    readings = many(CaseReadingSchema, "The latest first.")


class ChartMarkSchema(Answer):
    """Something on one day."""

    on = day("The day.")
    kind = said("What it is.", "kept")
    says = said("The same in words.")
    entry = part(EntryRefSchema, "The entry that says so; null: none does.", null=True)


class ChartBandSchema(Answer):
    """Something that held for some days."""

    first = day("The first day.")
    last = day("The last day.")
    kind = said("What held: a level of risk, or custody.", "high")
    says = said("The same in words.")
    entry = part(EntryRefSchema, "The entry that began it; null: none did.", null=True)


class ChartLaneSchema(Answer):
    """A lane of the chart."""

    name = said("Its name.", "Contact")
    marks = many(ChartMarkSchema, "What is on days, in their order.")
    bands = many(ChartBandSchema, "What held between days.")


class CaseChartSchema(ReadSchema):
    """The supervision at a glance."""

    case = reference()
    first = day("The first day of the chart.")
    last = day("The last day of the chart.")
    started_on = day("The day on which supervision began.")
    ended_on = day("The day on which it ended; null: it goes on.", null=True)
    summary = said("The whole in words.")
    lanes = many(ChartLaneSchema, "Its lanes, in reading order.")
