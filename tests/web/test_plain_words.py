"""No page of the demonstration shows a raw code: no word with an underscore, no id of an entry in running text."""

import re
from html.parser import HTMLParser

import pytest
from flask import Flask

from tests.domain.aggregates.test_case_file import fact
from tests.support.people import signed_in
from web.presentation.fact_words import cell_words, fact_details

CASE = "/cases/V465889/1"
BREACHED = "/cases/A504771/1"
HERE = "/inspections/gloucestershire-2005"

WALKED = [
    ("p.anstey", ("/desk", "/desk/overdue", "/cases", "/changed", "/officers", "/actions", "/matrix/duties", "/stored-late",
                  CASE, f"{CASE}?met=1", f"{CASE}/due?show=all", f"{CASE}/timeline", f"{CASE}/timeline?page=2",
                  f"{CASE}/answers", f"{CASE}/history", f"{CASE}/replay?step=40", f"{CASE}/replay?by=day&step=9",
                  f"{CASE}/then-and-now?as_at=2005-10-03", f"{CASE}/record", f"{CASE}/record/AppointmentMade")),
    ("c.whitlock", (f"{BREACHED}?as_at=2005-10-03", f"{BREACHED}/due?show=all&as_at=2005-10-03",
                    f"{BREACHED}/timeline?as_at=2005-10-03", f"{BREACHED}/answers?as_at=2005-10-03", HERE,
                    f"{HERE}/questions/plan-reviewed", f"{HERE}/criteria/B1", "/standards", "/standards/clauses/warning")),
]  # fmt: skip

CODE = re.compile(r"\b[A-Za-z]+(?:_[a-z]+)+\b")
NAMED_BY_ID = re.compile(r"(?i)\b(?:raised by|met by|entry|entries) (?:\d{4}\b|[A-Z][A-Za-z]+-\d{4}-|form-)")


class Text(HTMLParser):
    """What a reader reads of a page: no scripts, no addresses, and not what *Where it is stored* opens."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.skipped, self.depth = "", 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        stored = tag == "details" and "ca-entry__more" in (dict(attrs).get("class") or "")
        if not self.skipped and (tag in ("script", "style") or stored):
            self.skipped = tag
        self.depth += tag == self.skipped

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == self.skipped
        if not self.depth:
            self.skipped = ""

    def handle_data(self, data: str) -> None:
        if not self.skipped:
            self.words.append(data)


def read(page: str) -> str:
    parser = Text()
    parser.feed(page)
    return " ".join(" ".join(parser.words).split())


def test_what_is_read_of_a_page_has_no_scripts_and_no_addresses_and_has_what_is_said() -> None:
    page = '<a href="/a_b">One <b>risk_of_harm</b></a><script>x_y</script><details class="ca-entry__more">0009</details> two'
    assert read(page) == "One risk_of_harm two"
    assert CODE.findall(read(page)) == ["risk_of_harm"]
    assert NAMED_BY_ID.search("raised by 0009") and NAMED_BY_ID.search("Entry CustodyEnded-2005-09-01")
    assert not NAMED_BY_ID.search("1 entry. Entry 38 of 74")


@pytest.mark.parametrize(("who", "pages"), WALKED, ids=[who for who, _ in WALKED])
def test_no_page_shows_a_raw_code(demo_app: Flask, who: str, pages: tuple[str, ...]) -> None:
    client = signed_in(demo_app, who)
    wrong = {}
    for page in pages:
        answer = client.get(page, follow_redirects=True)
        text = read(answer.text)
        found = sorted({*CODE.findall(text), *(match[0] for match in NAMED_BY_ID.finditer(text))})
        if found or answer.status_code != 200:
            wrong[page] = (answer.status_code, found)
    assert not wrong


def test_what_somebody_wrote_stays_as_it_was_written() -> None:
    assert [cell_words(value) for value in ("xxx", "p.anstey", "a_b", "attended_complied", "high", None, True)] == [
        "xxx", "p.anstey", "a_b", "Attended and complied", "High", "None", "Yes",
    ]  # fmt: skip


def test_the_details_of_an_entry_stand_in_the_words_of_its_form() -> None:
    worked = fact("UnpaidWorkSession", hours=5.0, outcome="attended_complied")
    assert fact_details(worked) == [("Hours worked", "5"), ("Outcome", "Attended and complied")]
    discussed = fact("OversightRecorded", kind="case_discussion", by="P Anstey", by_id="p.anstey", grade="spo")
    assert fact_details(discussed)[:2] == [("Kind", "Case discussion"), ("By", "P Anstey")]
    assert "p.anstey" not in str(fact_details(discussed)), "named once"
    meeting = fact("MappaMeetingHeld", agencies=["police", "housing"], level=2)
    assert ("Agencies", "Police, housing") in fact_details(meeting)
    corrected = fact("EntryCorrected", of="a1", fields={"occurred_on": "2005-12-19", "hours": 4.5})
    assert ("Corrected to", "Date it happened: 19 Dec 2005; Hours worked: 4.5") in fact_details(corrected)
