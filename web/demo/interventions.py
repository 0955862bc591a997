"""The work delivered under the plan, and how needs were met, in a sample case."""

from datetime import date, timedelta

from domain.calendar.workdays import add_working_days
from web.demo.case_pen import Pen

OTHERS = ["programme_team", "partner_agency", "health", "college"]


def write_delivery(pen: Pen, plan: tuple[date, str, list[str]] | None) -> None:
    """Write interventions, programmes, liaison, diversity, child protection, victims, pre-release work, documents."""
    if plan is not None:
        _write_interventions(pen, *plan)
    _write_programme(pen)
    _write_needs(pen)
    _write_child_protection(pen)
    _write_documents(pen)
    brief = pen.brief
    if brief.is_sufficient("victim-issues-addressed"):
        pen.write("VictimWorkDone", pen.day(pen.between(40, 90)), kind="victim_awareness")
    if brief.is_sufficient("methods-considered"):
        pen.write("MethodsConsidered", pen.day(pen.between(10, 25)), methods="One-to-one, practical exercises",
                  learning_style=pen.rng.choice(["activist", "reflector", "pragmatist"]), motivation="preparing")  # fmt: skip
    if brief.relevant("pre-release-work"):
        kinds = ["prison_visit", "sentence_plan_board", "release_plan"]
        for kind in kinds if brief.is_sufficient("pre-release-work") else kinds[2:]:
            pen.write("PreReleaseWorkDone", pen.start - timedelta(days=pen.between(10, 60)), kind=kind)


def _write_interventions(pen: Pen, made_on: date, _: str, interventions: list[str]) -> None:
    brief = pen.brief
    delivered = interventions if brief.is_sufficient("interventions-delivered") else interventions[:1]
    liaison = brief.relevant("liaison-with-others")
    for number, intervention in enumerate(delivered):
        provider = pen.rng.choice(OTHERS) if liaison and number < 2 else "case_manager"
        on = pen.workday(max(made_on, pen.start), 8 + 8 * number, 14 + 8 * number)
        pen.write("InterventionDelivered", on, intervention=intervention, provider=provider)
        if provider != "case_manager" and brief.is_sufficient("liaison-with-others"):
            pen.write("LiaisonRecorded", pen.workday(on, 3, 12), about="Progress and attendance",
                      **{"with": "programme_team" if provider == "programme_team" else "partner_agency"})  # fmt: skip


def _write_programme(pen: Pen) -> None:
    brief = pen.brief
    if not brief.relevant("programme-started"):
        return
    programme = pen.rng.choice(["think_first", "enhanced_thinking_skills", "osap"])
    referred_on = pen.day(pen.between(14, 28))
    pen.write("ProgrammeReferred", referred_on, programme=programme)
    if brief.is_sufficient("programme-started"):
        pen.write("ProgrammeStarted", pen.workday(referred_on, 20, 50), programme=programme)
    elif pen.rng.random() < 0.5:
        pen.write("ProgrammeStarted", pen.workday(referred_on, 66, 80), programme=programme)


def _write_needs(pen: Pen) -> None:
    brief = pen.brief
    if brief.relevant("literacy-needs-addressed"):
        _write_need(pen, pen.rng.choice(["literacy", "dyslexia"]), brief.is_sufficient("literacy-needs-addressed"))
    if brief.relevant("diversity-arrangements"):
        person = brief.person
        if person["disability"]:
            need = "disability"
        elif person["gender"] == "female":
            need = pen.rng.choice(["gender", "childcare"])
        elif person["ethnicity"][0] in "MABO":
            need = pen.rng.choice(["ethnicity", "religion", "language"])
        else:
            need = pen.rng.choice(["childcare", "religion", "disability"])
        _write_need(pen, need, brief.is_sufficient("diversity-arrangements"))


ARRANGEMENTS = {
    "literacy": "Worksheets read aloud; basic skills tutor at the office",
    "dyslexia": "Overlays and large print; dyslexia assessment arranged",
    "gender": "Reports to a woman officer; women's group on Thursdays",
    "childcare": "Appointments within school hours",
}


def _write_need(pen: Pen, need: str, met: bool) -> None:
    found_on = pen.day(pen.between(12, 30))
    entry = pen.write("DiversityNeedIdentified", found_on, need=need)
    if met:
        pen.write("DiversityNeedMet", pen.workday(found_on, 5, 30), need=entry,
                  arrangement=ARRANGEMENTS.get(need, "Arrangement agreed with the person and put in place"))  # fmt: skip


def _write_child_protection(pen: Pen) -> None:
    brief = pen.brief
    if not brief.relevant("child-protection-involvement"):
        return
    raised_on = pen.day(pen.between(30, 80))
    concern = pen.write(
        "ChildProtectionConcernRaised", raised_on, detail="Children in the household are on the register"
    )
    if brief.is_sufficient("child-protection-involvement"):
        pen.write("ChildProtectionWorkDone", pen.workday(raised_on, 2, 8), concern=concern,
                  kind=pen.rng.choice(["conference", "core_group", "information_shared"]))  # fmt: skip


def _write_documents(pen: Pen) -> None:
    brief = pen.brief
    licence = brief.order_type == "licence"
    kinds = ["licence" if licence else "order", "sentence_plan" if licence else "psr", "previous_convictions"]
    if not brief.is_sufficient("documents-present"):
        kinds.remove(pen.rng.choice(kinds[1:]))
    for kind in kinds:
        pen.write("DocumentFiled", add_working_days(pen.start, pen.between(0, 8)), kind=kind)
