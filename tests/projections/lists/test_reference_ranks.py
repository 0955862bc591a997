"""Cases stand in order of their references, those added to the base among the others."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from projections.arrays.string_codes import StringArray, StringArrayChain
from projections.lists.reference_ranks import reference_ranks

REFERENCES = st.lists(st.text("AB1/", min_size=1, max_size=4), unique=True, max_size=8)


@given(st.lists(REFERENCES, min_size=1, max_size=3), st.data())
def test_the_ranks_are_the_places_in_sorted_order(parts: list[list[str]], data: st.DataObject) -> None:
    arrays = [StringArray.of(part) for part in parts]
    references = StringArrayChain.of(*arrays) if len(arrays) > 1 else arrays[0]
    latest = {name: at for at, name in enumerate(name for part in parts for name in part)}  # others are gone
    cases = data.draw(st.lists(st.sampled_from(sorted(latest.values())), unique=True) if latest else st.just([]))
    ranks = reference_ranks(references, np.array(cases, np.int64))
    assert [case for _, case in sorted(zip(ranks.tolist(), cases, strict=True))] == sorted(
        cases, key=lambda case: references[case]
    )
    assert sorted(ranks.tolist()) == list(range(len(cases)))
