"""Register entries on the record's signing key. They are on the file ``record:keys``; the last one says which key signs."""

from domain.entries.register_entries import RegisterEntry

KEYS = "record:keys"
"""The reference of their file."""


class SigningKeySet(RegisterEntry, frozen=True):
    """From here on this key signs the heads of the record's logs.

    ``vkey``: the public key, as C2SP writes verifier keys. ``before``: that of the key before; empty where there was none.
    ``note``: a signed note that names both (``domain.proof.key_succession``); signed by the new key and, unless the key before
    was lost, by that one too. ``lost``: why it was replaced without its signature; then ``asked_by`` and ``confirmed_by`` say
    who did so, and an empty ``confirmed_by`` that nobody else could confirm it.
    """

    vkey: str
    note: str
    before: str = ""
    lost: str = ""
    asked_by: str = ""
    confirmed_by: str = ""


UNSIGNED = "record:unsigned"
"""The reference of the file that says which heads nobody with the key had signed."""


class StoredUnsigned(RegisterEntry, frozen=True):
    """The last entries up to here were stored by somebody without the record's key: their head was not signed by it.

    It is entered by whoever stores next with the key, before anything else, so that no later signature hides it. ``leaves``: the
    number of leaves up to here. ``signed``: of the last head that is known to have been signed; None where that is not known.
    """

    leaves: int
    signed: int | None = None
