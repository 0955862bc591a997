"""The messages that are to be said in Welsh: ``python -m tools.welsh_messages`` adds those that web/locale/cy.po lacks.

They are the texts of the pages that anybody may open and of signing in, and the phrases of which duty sentences are made.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from msgspec import structs

from domain.policy.clauses import Clause, Value
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.duty_state import WHEN_RELEASED, Obligation
from web.presentation.duty_sentences import Tongue, duty_sentence
from web.site.languages import CATALOGUE

ROOT = Path(__file__).parent.parent
TEMPLATES = (
    "web/admin/sign_in.html",
    "web/admin/second_factor.html",
    "web/presentation/macros/errors.html",
    "web/handbook/about",
)
PROGRAMS = ("web/site/sign_in_checks.py",)
KEYWORDS = {"_": None, "_m": None, "_plain": None, "said": None}

DAY = date(2005, 12, 22)


def messages() -> dict[str, str]:
    """Every message, with the file or the clause that it comes from."""
    found = {text: place for place in _files() for text in _extracted(ROOT / place)}
    for clause in catalogue().clauses:
        for text in phrases_of(clause):
            found.setdefault(text, f"duty: {clause.id}")
    return found


def _files() -> Iterator[str]:
    for place in TEMPLATES:
        path = ROOT / place
        yield from sorted(str(one.relative_to(ROOT)) for one in path.glob("*.html")) if path.is_dir() else [place]
    yield from PROGRAMS


def _extracted(path: Path) -> Iterator[str]:
    method = "python" if path.suffix == ".py" else "jinja2.ext:babel_extract"
    for _, text, _, _ in extract(method, BytesIO(path.read_bytes()), KEYWORDS, options={"silent": "false"}):
        yield text if isinstance(text, str) else text[0]
    if path.suffix == ".py":
        yield from _constants(path)


def _constants(path: Path) -> Iterator[str]:
    """Texts that a module says by their names: ``WRONG = "..."``."""
    for line in path.read_text(encoding="utf-8").splitlines():
        name, sep, text = line.partition(' = "')
        if sep and name.startswith("WRONG") and text.endswith('"'):
            yield text[:-1]


def phrases_of(clause: Clause) -> list[str]:
    """The phrases of every sentence on a clause's duties: each of its rows, in every state."""
    found: dict[str, None] = {}

    def said(phrase: str) -> str:
        found[phrase] = None
        return phrase

    tongue = Tongue(said, lambda value, beside: value.isoformat())
    for value in clause.values:
        for obligation, arranged in _in_every_state(clause, value):
            duty_sentence(obligation, DAY, arranged_on=arranged, tongue=tongue)
    return [*found, "Last: none", "Last: {day}"]


def _in_every_state(clause: Clause, value: Value) -> Iterator[tuple[Obligation, date | None]]:
    before, after = DAY - timedelta(days=30), DAY + timedelta(days=30)
    begun = DAY - timedelta(days=60)

    def duty(due: date, met: date | None = None, ended: date | None = None, *, window: bool = False) -> Obligation:
        return Obligation(clause, value, begun, due, met, ended, None, (), window)

    yield duty(after), None
    yield duty(after), after
    yield duty(before), None
    yield duty(before), after
    yield duty(before, window=True), None
    yield duty(before, before), None
    yield duty(before, DAY), None
    yield duty(after, None, DAY), None
    yield duty(before, before + timedelta(days=1)), None
    yield duty(DAY - timedelta(days=1)), None
    yield duty(WHEN_RELEASED), None
    for until in (None, after):
        yield structs.replace(duty(before), dispensed=((begun, until),)), None


def main() -> None:
    """Add what is missing to the catalogue, and leave out what nothing says any more; reviewed ones stay as they are."""
    with CATALOGUE.open("rb") as file:
        kept = read_po(file, locale="cy")
    made = Catalog("cy", header_comment="# The Welsh of caseaudit. See docs/welsh.md.", charset="utf-8")
    for text, place in sorted(messages().items(), key=lambda one: (one[1], one[0])):
        old = kept.get(text)
        comments = [line for line in old.user_comments if not line.startswith("of ")] if old else []
        made.add(text, old.string if old else "", user_comments=[*comments, f"of {place}"])
    out = BytesIO()
    write_po(out, made, width=120, omit_header=False)
    stable = [line for line in out.getvalue().decode().splitlines() if not line.startswith('"PO-Revision-Date')]
    CATALOGUE.write_text(
        "\n".join(line for line in stable if "-Date:" not in line and line != "#, fuzzy") + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
