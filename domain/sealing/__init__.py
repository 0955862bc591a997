"""Sealing: names, dates of birth and free text of a case are kept under a key of its CRN; figures never need them.

``sealed_fields`` says which fields are sealed. ``person_key`` holds the keys of one CRN. ``sealing`` seals an entry and opens it.
Where the keys are kept, ``domain.store.person_keys`` says.
"""
