"""The draft of a disclosure as one HTML page, without anything from elsewhere: for a person to read and redact."""

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

from web.presentation.fact_words import type_title, value_words

LEFT_OUT = ("type", "entry", "occurred_on", "recorded_at", "recorded_by_role", "stored_on", "source", "check")
"""The fields that a heading says, or that are not of the entry."""


def as_html(found: Mapping[str, Any]) -> str:
    """The page. Every text of the draft is escaped."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    title = f"Draft of a disclosure: {', '.join(found['crns'])}"
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    yield f"<title>{escape(title)}</title></head><body><h1>{escape(title)}</h1>"
    yield f"<p><strong>{escape(found['draft'])}</strong></p><p>{escape(found['law'])}</p><p>{escape(found['not_in_it'])}</p>"
    if found["linked"]:
        yield f"<p>Linked, and not in this draft: {escape(', '.join(found['linked']))}</p>"
    yield from _list("Where it came from", found["sources"])
    yield from _list("Who it was given to", found["recipients"])
    if found["exports"]:
        yield from _list("Exports for analysts that hold it", found["exports"])
    yield from _list(
        "Who was shown it", [f"{one['day']}: {one['role']}, {one['what']} ({one['for']})" for one in found["readers"]]
    )
    for case in found["cases"]:
        yield f"<h2>{escape(case['case'])}</h2>"
        for entry in case["entries"]:
            yield from _entry(entry)
    yield "</body></html>"


def _entry(entry: Mapping[str, Any]) -> Iterator[str]:
    who = ", ".join(filter(None, (entry["recorded_at"][:10], entry["recorded_by_role"], entry["source"])))
    yield f"<h3>{escape(entry['occurred_on'])}: {escape(type_title(entry['type']))}</h3>"
    yield f"<p>Entry {escape(entry['entry'])}, recorded {escape(who)}</p><dl>"
    for name, value in entry.items():
        if name not in LEFT_OUT:
            yield f"<dt>{escape(name.replace('_', ' '))}</dt><dd>{escape(value_words(value))}{_mark(name, entry['check'])}</dd>"
    yield "</dl>"


def _mark(name: str, check: Mapping[str, str]) -> str:
    """The mark of a field in which a text may be about somebody else."""
    marked = next((words for path, words in check.items() if path.split(".")[0] == name), None)
    return f" <mark>[{escape(marked)}]</mark>" if marked else ""


def _list(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"<h2>{escape(title)}</h2><ul>"
    yield from (f"<li>{escape(line)}</li>" for line in lines)
    yield "</ul>"
