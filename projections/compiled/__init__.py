"""The law as numbers: the duties of many cases on both axes of time, laid by compiled code.

``projections.obligations.clause_kinds`` says what each kind of clause means, on one state of knowledge and in the terms of the field; it is
the definition. Here the same is said in whole numbers, for every state of knowledge at once, and compiled by Numba.
``tests/projections/ledger/test_compiled.py`` holds one against the other.
"""
