"""The schemas of frames, draws, samples, readings and their agreement."""

from web.api.answer_fields import code, counts, day, flag, many, named, part, said, share, texts, whole
from web.api.api_query import Answer, Query, choice
from web.api.inspection_schemas import AnswerReasonSchema


class StratumSchema(Answer):
    """A stratum of a frame."""

    name = said("Its name; `closed to you`: cases of any stratum that are closed to you.")
    frame = whole("Its cases in the frame.")
    drawn = whole("Of these, drawn.")
    spare = whole("Of these, spare.")


class FrameSchema(Answer):
    """A sampling frame, in counts."""

    started_from = day("Supervision began from this day.")
    started_to = day("To this day.")
    division = said("Of this division alone; null: of all.", null=True)
    team = said("Of this team alone; null: of all.", null=True)
    orders = texts("Of these orders alone; none: of all.")
    strata = texts("By what its cases are grouped.")
    ended = said("Whether ended cases are in it: `in` or `out`; null: a frame of before does not say.", null=True)
    cases = whole("Its cases.")
    closed = whole("Of these, closed to you.")
    left_out = counts("Reason -> how many cases of the window are left out for it.")
    frames = whole("How often a frame was taken.")
    sizes = many(StratumSchema, "Its strata.")


class FactSchema(Answer):
    """A fact in words."""

    name = said("What it is of.")
    value = said("The fact.")


class LeftOutSchema(Answer):
    """A case that was left out of a frame by hand."""

    case = said("The case; null: it is closed to you.", null=True)
    why = said("For which reason of the list.")
    explained = said("In words.")


class DrawSchema(Answer):
    """A draw: what repeats it, beside its frame."""

    drawn_on = day("The day on which it was drawn.")
    size = whole("The cases asked for.")
    per_officer = whole("At most so many of one officer; null: no limit.", null=True)
    spare_per_cent = whole("Spare cases, per cent.")
    method = said("The rule of the shares.")
    seed = said("Its seed.")
    repeats = said("Which draw a typed seed repeats, and why.", null=True)
    closed = whole("Cases of the frame that are closed to you: with any, you cannot repeat the draw.")
    second = texts("The cases drawn for a second reading, of those open to you.")
    facts = many(FactSchema, "How the sample was come by.")
    left_out_by_hand = many(LeftOutSchema, "Cases that somebody left out of the frame.")


class DrawnCaseSchema(Answer):
    """A case of the frame as drawn. One that is closed to you has only whether it was drawn."""

    case = said("The case; null: it is closed to you.", null=True)
    stratum = said("Its stratum.", null=True)
    officer = said("Who held it on the sample date.", null=True)
    team = said("The team that did.", null=True)
    ticket = said("Its ticket: those with the lowest of a stratum are drawn.", null=True)
    drawn = code("Whether it was `drawn`, is `spare`, or neither.", "drawn", "spare", null=True)
    replaced = said("By which case it was replaced, and why.", null=True)


class SampleCaseSchema(Answer):
    """A case of the sample, with its readers."""

    case = said("The case.", example="X123456/1")
    stratum = said("Its stratum.", null=True)
    first_reader = said("Who reads it.", null=True)
    first_finished = flag("Whether that is finished.")
    second_reader = said("Who reads it a second time.", null=True)
    second_finished = flag("Whether that is finished.")


class ListedReadingSchema(Answer):
    """A reading of a case."""

    case = said("The case; null: it is closed to you.", null=True)
    second = flag("Whether it is the second reading.")
    reader = said("Who reads.")
    mine = flag("Whether it is yours.")
    answered = whole(
        "Questions answered in full; null: of a case that you have still to read, or that is closed.", null=True
    )
    asked = whole("Questions asked.")
    finished = flag("Whether it is finished.")


class PromptNotedSchema(Answer):
    """A prompt under a question, and what was noted on it."""

    prompt = said("Its id.", example="a")
    text = said("What it asks.")
    noted = said("What you noted.", null=True)


class AskedSchema(Answer):
    """A question about a case, as its reader is asked it."""

    question = said("The question.", example="plan-reviewed")
    text = said("In words.")
    settled = flag("Whether there is nothing to judge.")
    shown = said("What the entries give, as far as you may see it yet.", null=True)
    because = many(AnswerReasonSchema, "Why, as far as you may see it yet.")
    answer = said("Your answer.", null=True)
    comment = said("Your comment.", null=True)
    prompts = many(PromptNotedSchema, "Its prompts.")


class ReadingSchema(Answer):
    """A reading of yours."""

    case = said("The case.", example="X123456/1")
    second = flag("Whether it is the second reading.")
    finished_on = day("The day on which you finished it; null: not yet.", null=True)
    closed = flag("Whether no answer can be recorded any more.")
    questions = many(AskedSchema, "The questions in reading order, with your answers.")


class SecondQuery(Query):
    """Which reading."""

    second = choice("Whether the second reading is meant.", "yes", "no")


class MyReadingsSchema(Answer):
    """What you have still to read for an inspection."""

    inspection = said("The inspection.")
    title = said("Its title.")
    first = texts("Cases to read.")
    second = texts("Cases to read a second time.")
    calibration = texts("Cases to read for calibration, before the others.")
    closed = whole("How many more are closed to you.")


class AgreedSchema(Answer):
    """How far two sets of answers agree."""

    n = whole("Pairs of answers.")
    agreed = whole("Of these, the same.")
    kappa = share(
        "Cohen's kappa, from -1 to 1; null: chance alone gives full agreement, or there is no pair.", null=True
    )
    low = share("The lower end of its 95 % interval.", null=True)
    high = share("The upper end.", null=True)


class AgreedOfSchema(AgreedSchema):
    """The same of a question, an assessor or a kind of assessor."""

    part = said("Whether of a question, an assessor or a kind.")
    of = said("Of which.")


class DisagreementSchema(Answer):
    """A question about a case that was answered differently."""

    case = said("The case.", example="X123456/1")
    question = said("The question.")
    first = said("The one answer.")
    other = said("The other.")
    settled = said("The answer that settles it; null: none.", null=True)


class ComparedAnswersSchema(Answer):
    """Two sets of answers side by side."""

    title = said("What is compared.")
    all = part(AgreedSchema, "In all.")
    parts = many(AgreedOfSchema, "In parts.")
    disagreements = many(DisagreementSchema, "Where they differ, of the cases that are shown to you.")


class AgreementSchema(Answer):
    """How readers agree."""

    read_twice = whole("Cases that are given to two readers.")
    blind = whole("Cases that you have still to read: nothing of them is in it.")
    compared = many(ComparedAnswersSchema, "What is compared.")


class CalibratedQuestionSchema(Answer):
    """The answers of all readers to a question about a case of calibration."""

    question = said("The question.")
    answers = named("Reader -> answer.")
    pairs = whole("Pairs of answers.")
    agreed = whole("Of these, the same.")


class CalibrationCaseSchema(Answer):
    """A case of calibration."""

    case = said("The case; null: it is closed to you.", null=True)
    mine = flag("Whether you have still to read it: then nothing of others is told.")
    readers = texts("Who has finished it, as far as you may know.")
    answers = many(CalibratedQuestionSchema, "Their answers.")
