"""What of a person's other files reaches a case: at any moment what those files then say, while they are the person's."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.aggregates.amendments import standing
from domain.aggregates.other_file import ABOUT_ONE_FILE, is_of_the_person
from domain.aggregates.other_file_ids import crn_of, file_named
from domain.aggregates.person_files import reached
from domain.entries.case_entries import Entry, PersonLinked, PersonUnlinked
from domain.entries.references import references
from domain.entries.schemas import load_entry
from tests.support.depth import examples
from tests.support.histories import PERSON, PLACE

ONE, TWO, LINKED = "X123456/1", "X123456/2", "A000001/1"

Files = Mapping[str, Sequence[Entry]]


def at(number: int) -> datetime:
    """An instant on the tenth of June 2005."""
    return datetime(2005, 6, 10, tzinfo=UTC) + timedelta(minutes=number)


def entry(type_: str, name: str, recorded: int = 0, on: str = "2005-06-06", **fields: Any) -> Entry:
    return load_entry(type_, {"entry": name, "occurred_on": on, "recorded_at": at(recorded).isoformat(), **fields})


def start(reference: str) -> Entry:
    person = {**PERSON, "crn": crn_of(reference)}
    return entry(
        "SupervisionStarted", "start", -100, "2005-05-03", person=person, order_type="community_order", **PLACE,
        officer="O", officer_grade="po",
    )  # fmt: skip


def appointment(name: str, recorded: int = 0, serves: Sequence[str] = ()) -> Entry:
    return entry("AppointmentMade", name, recorded, for_on="2005-06-07", contact_type="office", serves=list(serves))


def outcome(name: str, of: str, recorded: int = 1, **fields: Any) -> Entry:
    return entry(
        "AppointmentOutcomeRecorded", name, recorded, appointment=of, **{"outcome": "attended_complied"} | fields
    )


def custody(name: str, recorded: int = 0) -> Entry:
    return entry("CustodyStarted", name, recorded, reason="remand")


def known(files: Files, reference: str, minute: int | None = None) -> list[str]:
    """The ids of other files that reach a case by a minute (None: all), those elsewhere too."""
    found, moment = reached(files, reference), None if minute is None else at(minute)
    stands = [fact for part in (found.entries, *found.elsewhere) for fact in standing(part, moment)]
    return sorted(fact.entry for fact in stands if file_named(fact.entry))


def test_custody_of_one_file_is_elsewhere_in_the_other() -> None:
    files = {ONE: [start(ONE)], TWO: [start(TWO), custody("in"), outcome("o", "a")]}
    found = reached(files, ONE)
    assert found.entries == [start(ONE)]
    (elsewhere,) = found.elsewhere
    assert [(type(fact).__name__, fact.entry) for fact in elsewhere] == [("CustodyStarted", "X123456/2#in")]
    assert found.taken == {(TWO, "in")}
    assert reached({ONE: files[ONE]}, ONE).elsewhere == ()


def test_what_serves_a_case_is_there_with_what_names_it() -> None:
    served, alone = appointment("a", serves=[ONE]), appointment("b")
    named = entry("WarningGiven", "w", 3, appointments=["a", "b"], stage="first")
    breach = entry("BreachInitiated", "breach", 4, appointments=["a"])
    mended = entry("EntryCorrected", "fix", 5, of="o", fields={"outcome": "unacceptable_absence", "appointment": "a"})
    files = {
        ONE: [start(ONE)],
        TWO: [start(TWO), served, alone, outcome("o", "a"), outcome("p", "b"), named, breach, mended],
    }
    own, *others = standing(reached(files, ONE).entries, None)
    assert own.entry == "start"
    said = {fact.entry: fact for fact in others}
    assert said.keys() == {"X123456/2#a", "X123456/2#o", "X123456/2#w"}
    assert said["X123456/2#o"].appointment == "X123456/2#a"  # type: ignore[attr-defined]
    assert said["X123456/2#o"].outcome == "unacceptable_absence"  # type: ignore[attr-defined]
    assert said["X123456/2#w"].appointments == ["X123456/2#a", "X123456/2#b"]  # type: ignore[attr-defined]
    assert known({ONE: [start(ONE)], TWO: [start(TWO), appointment("a", serves=["X123456/3"])]}, ONE) == []


def test_an_assessment_that_serves_a_case_is_on_its_file_and_not_elsewhere() -> None:
    assessed = {"instrument": "oasys", "stage": "initial", "assessor": "A", "overall_risk_of_harm": "high"}
    files = {
        ONE: [start(ONE)],
        TWO: [
            start(TWO), entry("AssessmentCompleted", "both", **assessed, serves=[ONE]),
            entry("AssessmentCompleted", "later", **assessed),
            entry("EntryCorrected", "fix", 5, of="later", fields={"serves": [ONE]}),
        ],
    }  # fmt: skip
    assert known(files, ONE) == ["X123456/2#both", "X123456/2#later"]
    before = reached(files, ONE)
    assert [fact.entry for fact in standing(before.entries, at(3))] == ["start", "X123456/2#both"]
    assert [fact.entry for fact in standing(before.elsewhere[0], at(3))] == ["X123456/2##later"]
    assert standing(before.elsewhere[0], at(6)) == []


def test_a_link_is_known_from_its_recording_to_its_undoing() -> None:
    linking = [
        entry("PersonLinked", "link", 10, crn=crn_of(LINKED), reason="one person"),
        entry("PersonUnlinked", "undo", 20, link="link", reason="two after all"),
        entry("EntryWithdrawn", "redo", 30, of="undo", reason="one"),
        entry("EntryWithdrawn", "never", 40, of="link", reason="a slip"),
    ]
    files = {ONE: [start(ONE), *linking], LINKED: [start(LINKED), custody("in"), custody("later", 25)]}
    both = ["A000001/1#in", "A000001/1#later"]
    for minute, ids in ((10, []), (11, both[:1]), (20, both[:1]), (21, []), (30, []), (31, both), (41, [])):
        assert known(files, ONE, minute) == ids, minute
    back = {LINKED: [start(LINKED)], ONE: [start(ONE), *linking[:1], custody("in")]}
    assert (known(back, LINKED, 10), known(back, LINKED, 11)) == ([], ["X123456/1#in"])
    assert known({ONE: [start(ONE)], LINKED: files[LINKED]}, ONE) == []


def test_entries_before_a_link_keep_their_order() -> None:
    """What a link makes known at one instant stays in the order of its own recording."""
    fixes = [entry("EntryCorrected", name, n, of="in", fields={"reason": reason}) for name, n, reason in
             (("z", 2, "sentence"), ("a", 3, "recall"))]  # fmt: skip
    link = entry("PersonLinked", "link", 10, crn=crn_of(LINKED), reason="one person")
    files = {ONE: [start(ONE), link], LINKED: [start(LINKED), custody("in"), *fixes]}
    (fact,) = standing(reached(files, ONE).elsewhere[0], None)
    assert fact.reason == "recall"  # type: ignore[attr-defined]
    assert (fact.recorded_at, fact.occurred_at) == (at(10), at(0))


ABOUT = {
    "outcome": "AppointmentMade", "unlinked": "PersonLinked", "moved": "AppointmentOutcomeRecorded",
    "assessed anew": "AssessmentCompleted", "serves": "AppointmentMade", "serves too": "AssessmentCompleted",
    "gone": "CustodyStarted", "gone too": "AppointmentMade", "back": "EntryWithdrawn", "as before": "EntryCorrected",
}  # fmt: skip
"""The kinds of entry that stand only after one of another type, by that type."""

SERVES = st.lists(st.sampled_from([ONE, TWO, LINKED]), max_size=2, unique=True)
ASSESSED = {"instrument": "oasys", "stage": "initial", "assessor": "A"}


@st.composite
def files_of_people(draw: st.DrawFn) -> Files:
    return {reference: [start(reference), *draw(entries_of(reference))] for reference in (ONE, TWO, LINKED)}


@st.composite
def entries_of(draw: st.DrawFn, reference: str) -> list[Entry]:
    """Some entries of a file, each about an earlier one where it names one; several may be recorded at one instant."""
    found: list[Entry] = []
    for number in range(draw(st.integers(0, 7))):
        found.append(draw(another(f"e{number}", reference, found)))
    return found


@st.composite
def another(draw: st.DrawFn, name: str, reference: str, before: Sequence[Entry]) -> Entry:
    """An entry that may stand on a file after these."""
    of: dict[str, list[str]] = {}
    for fact in before:
        of.setdefault(type(fact).__name__, []).append(fact.entry)
    kind = draw(
        st.sampled_from(["made", "in", "assessed", "linked", *(k for k, named in ABOUT.items() if named in of)])
    )
    about = draw(st.sampled_from(of[ABOUT[kind]])) if kind in ABOUT else ""
    minute, serves = draw(st.integers(0, 12)), [one for one in draw(SERVES) if one != reference]
    match kind:
        case "made":
            return appointment(name, minute, serves)
        case "in":
            return custody(name, minute)
        case "assessed":
            risk = draw(st.sampled_from([{}, {"overall_risk_of_harm": "high"}]))
            return entry("AssessmentCompleted", name, minute, serves=serves, **ASSESSED, **risk)
        case "linked":
            return entry("PersonLinked", name, minute, crn=draw(st.sampled_from(["X123456", "A000001"])), reason="r")
        case "outcome":
            return outcome(name, about, minute)
        case "unlinked":
            return entry("PersonUnlinked", name, minute, link=about, reason="r")
        case "moved":
            fields: dict[str, Any] = {"appointment": draw(st.sampled_from(of["AppointmentMade"]))}
        case "assessed anew":
            fields = draw(st.sampled_from([{"overall_risk_of_harm": "low"}, {"overall_risk_of_harm": None}]))
        case "serves" | "serves too":
            fields = {"serves": serves}
        case _:
            anything = draw(st.sampled_from([fact.entry for fact in before]))
            return entry("EntryWithdrawn", name, minute, of=anything, reason="r")
    return entry("EntryCorrected", name, minute, of=about, fields=fields)


def plainly(files: Files, reference: str, minute: int) -> tuple[set[tuple[str, ...]], set[tuple[str, ...]]]:
    """What reaches a case by a minute, by what each file says then: on its own file, and elsewhere."""
    said = {name: standing(facts, at(minute)) for name, facts in files.items()}
    links = [(crn_of(name), other) for name, facts in said.items() for other in _linked(facts)]
    person, size = {crn_of(reference)}, 0
    while size != len(person):
        size = len(person)
        person |= {crn for pair in links if person & set(pair) for crn in pair}
    serving, elsewhere = set(), set()
    for name, facts in said.items():
        if name == reference or crn_of(name) not in person:
            continue
        served = {fact.entry for fact in facts if reference in getattr(fact, "serves", ())}
        served |= {
            fact.entry for fact in facts
            if not isinstance(fact, ABOUT_ONE_FILE) and any(entry in served for _, entry, _ in references(fact))
        }  # fmt: skip
        serving |= {_told(name, fact) for fact in facts if fact.entry in served}
        elsewhere |= {_told(name, fact) for fact in facts if fact.entry not in served and is_of_the_person(fact)}
    return serving, elsewhere


def _linked(facts: Sequence[Entry]) -> list[str]:
    undone = {fact.link for fact in facts if isinstance(fact, PersonUnlinked)}
    return [fact.crn for fact in facts if isinstance(fact, PersonLinked) and fact.entry not in undone]


def _told(name: str, fact: Entry) -> tuple[str, ...]:
    risk, of = getattr(fact, "overall_risk_of_harm", ""), getattr(fact, "appointment", "")
    return name, fact.entry.rpartition("#")[2], type(fact).__name__, str(risk), of.rpartition("#")[2]


@examples(800)
@given(files_of_people(), st.integers(0, 13))
def test_at_any_moment_a_case_has_what_the_files_say_then(files: Files, minute: int) -> None:
    for reference in files:
        found = reached(files, reference)
        serving = {
            _told(file_named(f.entry) or "", f) for f in standing(found.entries, at(minute)) if file_named(f.entry)
        }
        elsewhere = {_told(file_named(f.entry) or "", f) for e in found.elsewhere for f in standing(e, at(minute))}
        assert (serving, elsewhere) == plainly(files, reference, minute)
