"""The order of cases by reference, as numbers to sort by."""

from bisect import bisect_left

import numpy as np

from projections.arrays.string_codes import StringArray, StringArrayChain
from projections.columns.column_schema import Array


def reference_ranks(references: StringArray | StringArrayChain, cases: Array) -> Array:
    """For each of these cases (numbers, each once) its rank from 0 among them, in order of their references."""
    base, *_ = references.parts if isinstance(references, StringArrayChain) else (references,)
    ranks = np.empty(len(base), np.int64)
    ranks[base.order] = np.arange(len(base))
    later = np.flatnonzero(cases >= len(base))
    named = sorted((references[int(cases[at])], at) for at in later.tolist())
    step = len(named) + 1
    key = ranks[np.minimum(cases, len(base) - 1)] * step + len(named) if len(base) else np.zeros(len(cases), np.int64)
    for number, (reference, at) in enumerate(named):
        # Those that were added to the base stand before the first reference of the base that is not less.
        key[at] = bisect_left(base.order, reference, key=base.__getitem__) * step + number
    found = np.empty(len(cases), np.int64)
    found[np.argsort(key, kind="stable")] = np.arange(len(cases))
    return found
