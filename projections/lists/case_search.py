"""Strings of the columns that a text is in: the references of cases."""

from typing import Any

import numpy as np

from projections.arrays.string_codes import TextArray, TextChain
from projections.columns.case_selection import CaseSelection
from projections.columns.column_schema import Array


def references_with(selection: CaseSelection, word: str) -> Array:
    """For each case whether the word is in its reference. References are written in capitals, digits and strokes."""
    if not word.isascii():
        return np.zeros(selection.columns.numbers, bool)
    return strings_with(selection.columns.references, word.upper())


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
