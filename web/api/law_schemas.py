"""What today's law says of a case, as ``todays_law_json`` gives it."""

from web.api.answer_fields import day, many, part, said, texts, whole
from web.api.api_query import Answer


class CitedSchema(Answer):
    """What a rule of law is cited by."""

    citation = said("Where it is printed.")
    sure = said("How sure it is: F found, R recalled, U unsure, P ours.", "F")


class WarnOrReferSchema(CitedSchema):
    """A failure that must be answered with a warning, or by referring it."""

    failed_on = day("The day of the failure.")
    warned_on = day("The day of a warning within twelve months before; null: none, so a warning may do.", null=True)


class LawDateSchema(CitedSchema):
    """A date that follows from the sentence."""

    what = said("What begins or happens then.")
    on = day("The day.")


class HandoverSchema(Answer):
    """A handover from custody to the community that is planned."""

    entry = said("The id of the entry that plans it.", "0014")
    handover_on = day("The day planned.")
    named_on = day("The day on which somebody in the community was named; null: nobody was by the day.", null=True)
    dates = many(LawDateSchema, "The dates by the rules of handover.")


class PointsSchema(Answer):
    """What gives points towards a tier."""

    what = said("What it is.")
    points = whole("How many.", 20)


class TierTwoSchema(CitedSchema):
    """The tier by version 2."""

    tier = said("The tier.", "B2")
    protect = many(PointsSchema, "Points towards protecting others.")
    change = many(PointsSchema, "Points towards change.")
    change_said = said("The level of change in words.")


class StepSchema(Answer):
    """A step towards a tier of version 3."""

    what = said("What it is.")
    tier = said("The tier after it.", "C")


class TierThreeSchema(CitedSchema):
    """The tier by version 3, which is not known to be in force."""

    tier = said("The tier.", "C")
    steps = many(StepSchema, "How it comes out.")
    provisional = texts("What may still make it higher.")
    remark = said("What is to be said of the version.")


class TiersSchema(Answer):
    """The calculated tiers."""

    v2 = part(TierTwoSchema, "By version 2; null: it is not calculated on this day.", null=True)
    v3 = part(TierThreeSchema, "By version 3; null: it is not calculated on this day.", null=True)


class TodaysLawSchema(Answer):
    """What the law of today says where it lays no duty with a time limit."""

    warn_or_refer = many(WarnOrReferSchema, "Failures to be answered.")
    failures_counted = whole("Failures in twelve months, as a service team describes it; it drives nothing.", 0)
    final_third = many(
        LawDateSchema, "The first day of the final third, and of the one follow-up; empty: none follows."
    )
    kept_in_contact = texts("Why the case is kept in contact in the final third; empty: it is not.")
    handover = part(HandoverSchema, "A handover from custody; null: none is planned.", null=True)
    tiers = part(TiersSchema, "The calculated tiers; null: none is.", null=True)
