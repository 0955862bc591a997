"""The schemas of the handbook: editions, clauses, rules of practice, frameworks."""

from web.api.answer_fields import day, many, part, said, share, texts, whole
from web.api.api_query import Answer, Query, text
from web.api.paged_lists import ReadSchema
from web.handbook.handbook_pages import AFTER, BEFORE

SURE = "How sure it is: `F` found, `R` recalled, `U` unsure, `P` ours."


class ListedEditionSchema(Answer):
    """An edition of the national standards in the list of all."""

    id = said("Its id.", example="2005")
    title = said("Its title.")
    start = day("Duties that arise from this day on are judged by it.")
    end = day("And before this day; null: it is in force.", null=True)
    clauses = whole("How many clauses it has.")
    citation = said("Where it is printed.")
    sure = said(SURE, example="F")
    remark = said("What is to be said of that.", null=True)


class AttributeSchema(Answer):
    """An attribute of a case, and the values of it that count."""

    attribute = said("Its name.", example="risk")
    values = texts("Any of these; `none`: none on file.")


class ClauseValueSchema(Answer):
    """A row of a clause: for which cases, what it asks, where that is printed."""

    of = many(AttributeSchema, "The cases that it is for, which have all of these; none: all other cases.")
    says = said("The value in words.", example="15 working days")
    citation = said("Where it is printed.")
    sure = said(SURE, example="F")
    remark = said("What is to be said of that.", null=True)


class StandardClauseSchema(Answer):
    """A clause as one edition, or a framework, has it."""

    id = said("Its id.", example="plan-review")
    edition = said("The edition; of an expectation of a framework, that framework.", example="2005")
    subject = said("What it is about.")
    kind = said("How it asks: `within`, `every`, `frequency`, `response` or `while`.", example="every")
    says = said("What it asks, as a sentence.")
    start = day("Its first day.", null=True)
    end = day("The day before which it is in force; null: open.", null=True)
    of = many(AttributeSchema, "The cases that it is for; none: all.")
    during = many(AttributeSchema, "What must hold all the while; none: nothing.")
    values = many(ClauseValueSchema, "Its rows, the first that fits counts.")


class NotAuditableSchema(Answer):
    """A requirement that a case record cannot show, or on which no duty is laid."""

    about = said("What it asks.")
    why = said("Why no duty is laid.")
    citation = said("Where it is printed.")


class SentenceRuleSchema(Answer):
    """A cited number from which dates of a sentence are worked out."""

    id = said("Its id.", example="final-third")
    says = said("What it says.")
    number = whole("Its number; null: it is in words alone.", null=True)
    unit = said("The unit of the number.", null=True)
    and_days = whole("So many days more.")
    begins = day("For events from this day on; null: all.", null=True)
    ends = day("To this day; null: open.", null=True)
    citation = said("Where it is printed.")
    sure = said(SURE)
    remark = said("What is to be said of that.", null=True)


class ContactWeeksSchema(Answer):
    """A phase of a contact matrix."""

    first = whole("Its first week.", example=1)
    last = whole("Its last week; null: to the end.", null=True)
    often = said("How often contact is to be.", example="weekly")


class ContactRowSchema(Answer):
    """A row of the contact matrix of an edition."""

    of = many(AttributeSchema, "The cases that it is for; none: all other cases.")
    weeks = many(ContactWeeksSchema, "Its phases in order.")
    citation = said("Where it is printed.")
    sure = said(SURE)


class EditionSchema(ListedEditionSchema):
    """An edition of the national standards with its clauses."""

    laid = texts("The subjects on which it lays duties.")
    not_laid_subjects = texts("The subjects on which only the fullest edition does.")
    rows = many(StandardClauseSchema, "Its clauses, as printed.")
    not_auditable = many(NotAuditableSchema, "What it asks that no case record shows.")
    not_laid = many(NotAuditableSchema, "What it asks on which no duty is laid.")
    matrix = many(ContactRowSchema, "Contact by order, tier and risk, week by week.")
    dates = many(SentenceRuleSchema, "Cited numbers for dates of a sentence, of the edition in force alone.")


class PracticeRuleSchema(Answer):
    """A rule of practice: what the printed standards do not say."""

    id = said("Its id.")
    says = said("What it says.")
    value = share("Its number; null: it is in words alone.", null=True)
    unit = said("The unit of the number.", null=True)
    touches = texts("What it concerns.")
    citation = said("Where it stands.")
    sure = said(SURE, example="P")
    remark = said("What is to be said of that.", null=True)


class EffectSchema(Answer):
    """What something in a case does to a duty."""

    title = said("What happens.")
    does = said("What it does.")


class ClauseInPracticeSchema(Answer):
    """Versions of a clause that life touches alike."""

    editions = texts("The editions of these versions.")
    effects = many(EffectSchema, "What life does to a duty under it.")
    rules = many(PracticeRuleSchema, "The rules of practice that this rests on.")


class FeedsSchema(Answer):
    """A question that a clause feeds."""

    id = said("Its id.", example="plan-reviewed")
    text = said("The question.")
    criterion = said("Its criterion.", example="B1")


class StateCountSchema(Answer):
    """Duties in a state."""

    state = said("The state.", example="met")
    duties = whole("How many.")


class ClausePageSchema(ReadSchema):
    """A clause over time and in practice."""

    id = said("Its id.", example="plan-review")
    subject = said("What it is about.")
    says = said("What it asks now, as a sentence.")
    versions = many(StandardClauseSchema, "The clause in every edition that has it, the earliest first.")
    practice = many(ClauseInPracticeSchema, "Where life interrupts it.")
    framework = said("The framework of the questions.")
    questions = many(FeedsSchema, "The questions that it feeds.")
    duties = many(StateCountSchema, "Duties under it that had arisen, of the cases that you answer for, by state.")


class ClauseChangeSchema(Answer):
    """A clause that differs between two editions."""

    id = said("Its id.", example="plan-review")
    before = part(StandardClauseSchema, "As the one has it; null: it has not.", null=True)
    after = part(StandardClauseSchema, "As the other has it; null: it has not.", null=True)


class ComparisonSchema(Answer):
    """What differs between two editions."""

    before = said("The one edition.", example="2000-revised-2002")
    after = said("The other.", example="2005")
    differences = many(ClauseChangeSchema, "The clauses that differ.")


class ComparedQuery(Query):
    """Which editions."""

    before = text("The one edition.", example=BEFORE, load_default=BEFORE)
    after = text("The other.", example=AFTER, load_default=AFTER)


class ListedFrameworkSchema(Answer):
    """A framework in the list of all."""

    id = said("Its id.")
    version = said("Its version.")
    title = said("Its title.")
    citation = said("Where it is printed.")
    sure = said(SURE, example="F")
    remark = said("What is to be said of that.", null=True)


class PromptSchema(Answer):
    """A prompt under a key question."""

    id = said("Its id.", example="a")
    text = said("What it asks.")
    citation = said("Where it is printed.")
    sure = said(SURE)


class FrameworkQuestionSchema(Answer):
    """A question of a framework."""

    id = said("Its id.", example="plan-reviewed")
    text = said("What it asks.")
    finding = said("How a finding on it begins.")
    scored_by = said("Whether it is `derived` from the entries or `judged`.")
    clauses = texts("The clauses from which its answer is derived.")
    guidance = said("What helps to answer it.", null=True)
    prompts = many(PromptSchema, "Its prompts.")
    citation = said("Where it is printed.")
    sure = said(SURE)
    remark = said("What is to be said of that.", null=True)


class FrameworkCriterionSchema(Answer):
    """A criterion of a framework."""

    id = said("Its id.", example="B1")
    title = said("Its title.")
    weight = said("How much it counts.")
    description = said("What it is about.")
    questions = many(FrameworkQuestionSchema, "Its questions.")


class FrameworkSectionSchema(Answer):
    """A section of a framework."""

    id = said("Its id.", example="B")
    title = said("Its title.")
    rated_by = said("What it is rated by.", example="cases")
    citation = said("Where it is printed.")
    sure = said(SURE)
    criteria = many(FrameworkCriterionSchema, "Its criteria.")


class FrameworkSchema(ListedFrameworkSchema):
    """A framework with its sections, criteria and questions."""

    aggregation = said("How answers become a score.")
    rounding = said("How scores are rounded.")
    management = texts("Its criteria of management, which are rated and not scored.")
    bands = texts("Its bands, the highest first; none: it rates by figures alone.")
    sections = many(FrameworkSectionSchema, "Its sections.")
    expectations = many(StandardClauseSchema, "What it expects beside the standards.")
