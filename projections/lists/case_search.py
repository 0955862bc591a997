"""Finding cases by words in their reference or the person's name."""

from collections.abc import Callable
from typing import Any

import numpy as np

from domain.entries import tidy_text
from projections.arrays.string_codes import TextArray, TextChain
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array

Named = Callable[[str], set[str]]
"""The references of the cases with a name that has this word or begins with it."""


def cases_with(selection: CaseSelection, words: str, *named: Named) -> Array:
    """For each case that had begun whether each of these words is in its reference or in the person's name.

    ``named``: how a record that seals its texts finds names: the first way by which anything is found (none: the columns hold
    the names). Capitals make no difference, nor does how an accent is written.
    """
    if not named:
        return _in_columns(selection, words)
    for way in named:
        found = selection.there.copy()
        for word in tidy_text.words(words).casefold().split():
            found &= _numbered(selection, way(word)) | _references_with(selection, word)
        if found.any():
            break
    return found


def _numbered(selection: CaseSelection, references: set[str]) -> Array:
    found = np.zeros(selection.columns.numbers, bool)
    numbers = (selection.columns.number(reference) for reference in references)
    found[[number for number in numbers if number is not None]] = True
    return found


def _in_columns(selection: CaseSelection, words: str) -> Array:
    columns, found = selection.columns, selection.there.copy()
    names = selection.spell_column("name")
    for word in tidy_text.words(words).casefold().split():
        in_name = strings_with(columns.folded, word)
        of_case = np.zeros(columns.numbers, bool)
        of_case[found] = in_name[names[found]]
        found &= of_case | _references_with(selection, word)
    return found


def strings_with(texts: TextArray | TextChain[Any], word: str) -> Array:
    """For each string whether the word is in it."""
    parts = texts.parts if isinstance(texts, TextChain) else (texts,)
    return np.concatenate([_with(part, word.encode()) for part in parts])


def _with(texts: TextArray, word: bytes) -> Array:
    found = np.zeros(len(texts), bool)
    begins = np.flatnonzero(texts.text[: max(len(texts.text) - len(word) + 1, 0)] == word[0])
    for at, letter in enumerate(word[1:], 1):
        begins = begins[texts.text[begins + at] == letter]
    of = np.searchsorted(texts.ends, begins, side="right")
    inside = begins + len(word) <= texts.ends[of]  # a word may not go on into the next string
    found[of[inside]] = True
    return found


def _references_with(selection: CaseSelection, word: str) -> Array:
    """For each case whether the word is in its reference. References are written in capitals, digits and strokes."""
    if not word.isascii():
        return np.zeros(selection.columns.numbers, bool)
    return strings_with(selection.columns.references, word.upper())
