"""Running axe on a page: whole, or so that what looks alike on many pages is compared with its background once."""

import json
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT, AxeResults  # type: ignore[import-untyped]
from playwright.sync_api import Page

CONTRAST = "color-contrast"
"""The rule that takes most of the time: it measures each text against what lies behind it."""

NEW_LOOKS = """known => {
  const had = new Set(known), found = [];
  for (const one of document.querySelectorAll('body *')) {
    const says = [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    if (!says && !one.matches('input, select, textarea')) continue;
    let look = String(innerWidth), hash = 0;
    for (let at = one; at; at = at.parentElement) look += `>${at.tagName} ${at.getAttribute('class')}`;
    for (const letter of look) hash = (hash * 31 + letter.codePointAt(0)) | 0;
    if (had.has(hash)) continue;
    had.add(hash);
    found.push(hash);
    one.setAttribute('data-new-look', '');
  }
  return found;
}"""
"""Marks each text whose tags and classes, with those of all around it, were on no page before at this width."""


def _run(page: Page, options: dict[str, Any], part: str | None = None) -> list[str]:
    found = AxeResults(page.evaluate(f"axe.run({json.dumps(part or 'html')}, {json.dumps(options)})"))
    return [found.generate_report()] if found.violations_count else []


def whole(page: Page, part: str | None = None) -> list[str]:
    """What all rules of axe find wrong with a page, or with its part."""
    page.evaluate(AXE_SCRIPT)
    return _run(page, {"resultTypes": ["violations"]}, part)


def with_new_looks(page: Page, known: set[int], part: str | None = None) -> list[str]:
    """The same, but contrast is measured only of what looks as nothing ``known`` did, which then is known."""
    page.evaluate(AXE_SCRIPT)
    options: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
    wrong = _run(page, {**options, "rules": {CONTRAST: {"enabled": False}}}, part)
    new = page.evaluate(NEW_LOOKS, list(known))
    known.update(new)
    return wrong + (_run(page, {**options, "runOnly": [CONTRAST]}, "[data-new-look]") if new else [])
