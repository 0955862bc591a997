"""Strings (and other values) by number, so that a column of small integers can hold them."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain
from threading import Lock
from typing import Any, Generic, Self, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

W = TypeVar("W")

ADDING = Lock()
"""Held while a value is added: codes are shared between threads."""


class StringCodes(Generic[W]):
    """Values, each with a number in the order in which they were first seen."""

    def __init__(self, values: Iterable[W] = ()):
        self.values: list[W] = list(dict.fromkeys(values))
        self._numbers = {value: at for at, value in enumerate(self.values)}

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, number: int) -> W:
        return self.values[number]

    def number(self, value: W) -> int:
        """The number of a value, a new one for a new value."""
        found = self._numbers.get(value)
        if found is None:
            with ADDING:
                found = self._numbers.get(value)
                if found is None:
                    found = len(self.values)
                    self.values.append(value)  # before its number can be found
                    self._numbers[value] = found
        return found

    def find(self, value: W) -> int | None:
        """The number of a value, None for one never seen."""
        return self._numbers.get(value)


class TextArray(Sequence[str]):
    """Strings in two arrays that can be mapped from files.

    ``text``: the UTF-8 bytes of all. ``ends``: where each string ends.
    """

    def __init__(self, text: NDArray[np.uint8], ends: NDArray[np.int64]):
        self.text, self.ends = text, ends

    @classmethod
    def of(cls, strings: Iterable[str]) -> "TextArray":
        encoded = [string.encode() for string in strings]
        ends = np.cumsum([len(part) for part in encoded], dtype=np.int64)
        return cls(np.frombuffer(b"".join(encoded), np.uint8), ends)

    def __len__(self) -> int:
        return len(self.ends)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return [self[n] for n in range(*at.indices(len(self)))]
        if not -len(self) <= at < len(self):
            raise IndexError(at)
        at = int(at) % len(self)
        start = self.ends[at - 1] if at else 0
        return self.text[start : self.ends[at]].tobytes().decode()

    def __iter__(self) -> Iterator[str]:
        whole, start = self.text.tobytes(), 0
        for end in self.ends.tolist():
            yield whole[start:end].decode()
            start = end


class StringArray(TextArray):
    """Strings that can be found. ``order``: their numbers in sorted order."""

    def __init__(self, text: NDArray[np.uint8], ends: NDArray[np.int64], order: NDArray[np.int32]):
        super().__init__(text, ends)
        self.order = order

    @classmethod
    def of(cls, strings: Iterable[str]) -> "StringArray":
        strings = list(strings)
        order = np.array(sorted(range(len(strings)), key=strings.__getitem__), np.int32)
        texts = TextArray.of(strings)
        return cls(texts.text, texts.ends, order)

    def find(self, string: str) -> int | None:
        """The number of a string; None where it is not there."""
        at = bisect_left(self.order, string, key=self.__getitem__)
        return int(self.order[at]) if at < len(self) and self[self.order[at]] == string else None


T = TypeVar("T", bound=TextArray)


class TextChain(Sequence[str], Generic[T]):
    """Several arrays of strings as one."""

    def __init__(self, parts: Iterable[T]):
        self.parts = tuple(parts)
        self._ends = list(accumulate(map(len, self.parts)))

    @classmethod
    def of(cls, *texts: "T | TextChain[T]") -> Self:
        return cls(part for text in texts for part in (text.parts if isinstance(text, TextChain) else (text,)))

    def __len__(self) -> int:
        return self._ends[-1]

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return [self[n] for n in range(*at.indices(len(self)))]
        if not 0 <= at < len(self):
            raise IndexError(at)
        part = bisect_right(self._ends, at)
        return self.parts[part][at - self.first(part)]

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self.parts)

    def first(self, part: int) -> int:
        """The number of the first string of a part."""
        return self._ends[part - 1] if part else 0


class StringArrayChain(TextChain[StringArray]):
    """Several string arrays as one. A string that is in several of them is found in the last."""

    def find(self, string: str) -> int | None:
        """The number of a string in the last array that has it; None where none has."""
        for part in range(len(self.parts) - 1, -1, -1):
            found = self.parts[part].find(string)
            if found is not None:
                return found + self.first(part)
        return None
