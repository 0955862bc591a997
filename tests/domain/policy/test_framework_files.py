"""What a framework's file may say of bands, grounds, totals and key questions: what is faulty is refused with file and line."""

from pathlib import Path

import pytest

from domain.policy.cited_documents import FRAMEWORKS, PolicyError
from domain.policy.frameworks.framework_files import frameworks, frameworks_over
from domain.policy.frameworks.framework_schema import read_framework

BAND = "  - {title: Good, least: 65, most: 79, points: 2, cite: core, sure: R}"
NEAR = "  - {ground: near_boundary, within: 5, cite: core, sure: R}"
LOWEST = "lowest_decides: {cite: core, sure: R}"
TOP = "  - {title: Outstanding, least: 26, most: 30, cite: core, sure: R}"
LOW = "  - {title: Requires improvement, least: 6, most: 15, cite: core, sure: R}"
QUESTION = """            source: "key question 2.1.1"
            cite: core
"""
PROMPT = '{id: a, text: "How motivated and ready the person is has been looked at", cite: core, sure: R}'
LEADERSHIP = """    title: "Leadership"
    domain: "1: Organisational delivery"
    rated_by: evidence
    cite: core
"""


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        (QUESTION, QUESTION.replace("            cite: core\n", ""), "- id: assessment-engages", "name one of the sources"),
        (QUESTION, QUESTION.replace("cite: core", "cite: nowhere"), "cite: nowhere", "not among the sources"),
        (PROMPT, PROMPT.replace(", cite: core", ""), "{id: a, text", "name one of the sources"),
        (PROMPT, PROMPT.replace("core", "nowhere"), "cite: nowhere", "'nowhere' is not among the sources"),
        (LEADERSHIP, LEADERSHIP.replace("    cite: core\n", ""), 'id: "1.1"', "a standard names its source"),
        (BAND, BAND.replace("79", "75"), "most: 75", "expected 79 per cent: the bands leave no gap"),
        (BAND, BAND.replace("79", "80"), "most: 80", "expected 79 per cent"),
        (BAND, BAND.replace(", points: 2", ""), "bands:", "give points to every band or to none"),
        (BAND, BAND.replace("points: 2", "points: 0"), "bands:", "more to each band than to the one below it"),
        (BAND, BAND.replace("cite: core", "cite: nowhere"), "cite: nowhere", "'nowhere', not among the sources"),
        ("{title: Inadequate, least: 0, most: 49", "{title: Inadequate, least: 5, most: 49", "bands:", "begins at 0"),
        (NEAR, NEAR.replace("ground: near_boundary, ", ""), "within: 5", "discretion has a ground: one of near_boundary"),
        (NEAR, NEAR.replace(", within: 5", ""), "ground: near_boundary", "says how near"),
        (NEAR, NEAR + "\n" + NEAR, "discretion:", "a ground stands here twice"),
        (LOWEST, "", "discretion:", "of a key question that decides"),
        (TOP, TOP.replace("30", "29"), "most: 29", "expected 30 points"),
        (TOP, "", "least: 16", "expected 30 points: the bands leave no gap, do not overlap and end at 30"),
        (LOW, LOW.replace("least: 6", "least: 7"), "most: 5", "expected 6 points"),
        (LOW, LOW.replace(", most: 15", ""), "totals:", "together they cover 0 to 30 points"),
        ("evidence: [plan]", "evidence: [planning]", "evidence: [planning]", "no clause is on 'planning'; one of MAPPA"),
        ("applies_if: {order_type: licence}", "applies_if: {grade: spo}", "grade: spo", "not on 'grade'"),
        ("            evidence: [reviews]\n", "            required: [plan-review]\n", "required: [plan-review]",
         "answered by its reader alone"),
        ("aggregation: pooled", "base: hmip-2031\naggregation: pooled", "base: hmip-2031", "there is no framework 'hmip-2031'"),
    ],
)  # fmt: skip
def test_a_faulty_framework_of_today_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, at: str, says: str
) -> None:
    shipped = (FRAMEWORKS / "core-2018-crc.yaml").read_text(encoding="utf-8")
    assert old in shipped
    path = tmp_path / "own.yaml"
    path.write_text(shipped.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PolicyError) as refused:
        read_framework(path)
    lines = [number for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if at in line]
    told = [line for line in str(refused.value).splitlines() if says in line]
    assert told, str(refused.value)
    assert any(told[0].startswith(f"own.yaml line {number}") for number in lines), (told, lines)


def test_frameworks_that_stand_on_one_another_are_refused(tmp_path: Path) -> None:
    (tmp_path / "frameworks").mkdir()
    shipped = (FRAMEWORKS / "core-2018-crc.yaml").read_text(encoding="utf-8")
    for one, other in (("a", "b"), ("b", "a")):
        text = f"base: {other}\n{shipped.replace('core-2018-crc', one, 2)}"
        (tmp_path / "frameworks" / f"{one}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError, match=r"a\.yaml line 1: base: 'a' stands on this framework itself"):
        frameworks_over([tmp_path])


@pytest.mark.parametrize("sections", ["x", "[x]", "[{criteria: 1}]", "[{criteria: [{questions: [{use: []}]}]}]"])
def test_a_framework_that_cannot_be_put_on_its_base_is_refused(tmp_path: Path, sections: str) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(f"framework: own\nbase: esi-2003\nsections: {sections}\n", encoding="utf-8")
    with pytest.raises(PolicyError, match=r"own\.yaml line 2: base: it cannot be put together with 'esi-2003'"):
        read_framework(path)


def test_what_is_unsure_is_not_laid_and_says_why() -> None:
    for framework in frameworks().values():
        marks = [one.sure for one in (*framework.bands, *framework.totals, *framework.discretion)]
        marks += [question.sure for question in framework.questions.values() if question.prompts]
        assert "U" not in marks, f"{framework.id}: an unsure value is shipped without a value"
        assert all(one.sure == "U" and one.remark for one in framework.not_laid)
        assert all(q.remark for q in framework.questions.values() if q.sure in ("P", "U"))
    assert "ESI questions" in frameworks()["hmip-2018"].title and frameworks()["hmip-2018"].version == "1"


def test_no_answer_given_under_one_framework_counts_under_another_but_in_a_region() -> None:
    taken = {name: framework.answers_of for name, framework in frameworks().items() if framework.answers_of}
    assert taken == {"hmip-2018": ("esi-2003",), "omi-2006": ("esi-2003",), "region-2023": ("pdu-2023",)}
