"""Checks a file of `caseaudit bundle` without caseaudit: says what it proves, and what it does not. See docs/bundle.md.

    python3 check_bundle.py BUNDLE [--key VKEYFILE] [--checkpoint FILE]

VKEYFILE: the record's public key, kept elsewhere than the record. FILE: a checkpoint kept elsewhere, such as a witness's.
Needs Python 3.11 and the package `cryptography`. Exit code 0: proved; 1: something is not as it must be; 2: it cannot be read.
"""

import argparse
import json
import sys
from base64 import b64decode
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class Fails(Exception):
    """Something is not as it must be; the message says what."""


def leaf_of(entry):
    """The hash of an entry as a leaf of the tree (RFC 6962, section 2.1)."""
    parts = [entry["file"], str(entry["version"]), entry["topic"], entry["stored_at"], entry["actor"]]
    sized = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
    return sha256(b"\0" + sized + b64decode(entry["state"], validate=True)).digest()


def root_from(leaf, number, size, proof):
    """The root to which a proof of inclusion leads (RFC 9162, section 2.1.3.2)."""
    if not 0 <= number < size:
        raise Fails(f"leaf {number} is not among the {size} of the checkpoint")
    found, at, last = leaf, number, size - 1
    for beside in proof:
        if last == 0:
            raise Fails("a proof is too long")
        if at % 2 or at == last:
            found = sha256(b"\1" + beside + found).digest()
            while not at % 2 and at:
                at, last = at // 2, last // 2
        else:
            found = sha256(b"\1" + found + beside).digest()
        at, last = at // 2, last // 2
    return found if last == 0 else None


def key_of(line):
    """The name, id and public key of a verifier key NAME+HASH+KEY (C2SP signed-note)."""
    name, said, held = line.strip().split("+", 2)
    key = b64decode(held, validate=True)
    if len(key) != 33 or key[0] != 1 or sha256(name.encode() + b"\n" + key).hexdigest()[:8] != said:
        raise Fails(f"this is no Ed25519 verifier key: {line}")
    return name, bytes.fromhex(said), key[1:]


def is_signed(note, key):
    """Whether a note has a signature of a key; Fails where it has one that is wrong."""
    text, _, lines = note.rpartition("\n\n")
    for _, name, made in (line.split(" ") for line in lines.splitlines() if text):
        signature = b64decode(made, validate=True)
        if (name, signature[:4]) == key[:2]:
            try:
                Ed25519PublicKey.from_public_bytes(key[2]).verify(signature[4:], f"{text}\n".encode())
            except InvalidSignature:
                raise Fails(f"the signature of {name} is wrong") from None
            return True
    return False


def keys_from(kept, entries):
    """The keys that were kept, and those that follow one of them by a note that both have signed."""
    found = list(kept)
    for fact in (json.loads(b64decode(entry["state"])) for entry in entries if entry["file"] == "record:keys"):
        heading = f"caseaudit: this key signs from here on\n{fact['vkey']}\nbefore it {fact.get('before')}\n\n"
        if fact["note"].startswith(heading) and not fact.get("lost") and key_of(fact["before"]) in found:
            if is_signed(fact["note"], key_of(fact["before"])) and is_signed(fact["note"], key_of(fact["vkey"])):
                found.append(key_of(fact["vkey"]))
    return found


def put(fact, path, text):
    """Put a text where it belongs in an entry: at a path such as person.name or actions.0."""
    *above, last = (int(step) if step.isdigit() else step for step in path.split("."))
    for step in above:
        fact = fact[step]
    fact[last] = text


def opened(entry):
    """The entry with what is sealed in it opened, as far as the bundle has its keys."""
    state, _, tail = b64decode(entry["state"]).partition(b"\n")
    fact, sealed = json.loads(state), json.loads(tail or b"{}")
    for path, key in entry.get("texts", {}).items():
        held, secret = b64decode(sealed[path]), b64decode(key)
        bound = f"{entry['file']}|{fact['entry']}|{path}".encode()
        if held[:16] != sha256(b"caseaudit text key" + secret).digest()[:16]:
            raise Fails(f"{entry['file']}, {fact['entry']}: the key of {path} is not the one that it was sealed with")
        put(fact, path, AESGCM(secret).decrypt(held[16:28], held[28:], bound).decode())
    return fact


def told(stored, shown):
    """What is stored, without the digests of texts; where a text is gone for good, as it is shown."""
    if isinstance(stored, dict) and isinstance(shown, dict):
        return {name: told(value, shown.get(name)) for name, value in stored.items() if name != "sealed"}
    if isinstance(stored, list) and isinstance(shown, list) and len(stored) == len(shown):
        return [told(*both) for both in zip(stored, shown, strict=True)]
    return shown if stored == "[sealed]" and shown in ("[erased]", "[redacted]") else stored


def is_known(fact, entry, until, received):
    """Whether an entry was known before an instant (None: all are): recorded, and as ``received`` also stored by then."""
    dates = [fact["recorded_at"], *([entry["stored_at"]] if received else [])]
    return until is None or max(map(datetime.fromisoformat, dates)) < until


def as_amended(facts):
    """The entries by their ids, with the corrections and withdrawals among them applied."""

    def is_gone(entry, by=()):
        naming = (one["entry"] for one in facts if one["type"] == "EntryWithdrawn" and one["of"] == entry)
        return any(one not in by and not is_gone(one, (*by, entry)) for one in naming)

    found = {one["entry"]: one for one in facts if not is_gone(one["entry"])}
    for one in sorted(found.values(), key=lambda one: (datetime.fromisoformat(one["recorded_at"]), one["entry"])):
        if one["type"] == "EntryCorrected" and one["of"] in found:
            found[one["of"]] = found[one["of"]] | one["fields"]
    return found


def check(bundle, kept_keys, kept_checkpoint):
    """Check all that can be checked, and print it; Fails at the first fault."""
    entries, note, shown = bundle["entries"], bundle["checkpoint"], bundle["shown"]
    origin, size, root = note.split("\n")[:3]
    signed = any(key[0] == origin and is_signed(note, key) for key in keys_from(kept_keys, entries))
    if kept_keys and not signed:
        raise Fails(f"the checkpoint of {origin} is signed by no key of VKEYFILE, and by none that follows one")
    if kept_checkpoint and kept_checkpoint.split("\n")[:3] != [origin, size, root]:
        raise Fails("the checkpoint in the bundle is not the one that was kept")
    print(
        f"{'proved' if signed else 'not proved'}: the checkpoint of {origin}, {size} leaves, is signed by a known key"
    )
    for entry in entries:
        if root_from(leaf_of(entry), entry["number"], int(size), map(b64decode, entry["proof"])) != b64decode(root):
            raise Fails(f"{entry['file']}, entry {entry['version']}: it is not in the tree of the checkpoint")
    print(
        f"proved: {len(entries)} entries were in the record then, as they stand here: when stored, by whom, what they say"
    )
    own = [entry for entry in entries if entry["file"] == bundle["case"] == shown["case"]]
    until = None if shown["known_at"] == "hindsight" else datetime.fromisoformat(shown["known_at"])
    facts = as_amended([fact for entry in own if is_known(fact := opened(entry), entry, until, shown["received"])])
    for fact in shown["facts"]:
        stored = told(facts.get(fact["entry"], {}), fact)
        if stored != {name: value for name, value in fact.items() if name != "sealed"}:
            raise Fails(f"{fact['entry']}: it is shown otherwise than it was stored and corrected")
    told_of = {fact["entry"] for fact in shown["facts"]}
    for name, fact in facts.items():
        if (
            fact["type"] not in ("EntryCorrected", "EntryWithdrawn")
            and fact["occurred_on"] <= shown["as_at"]
            and name not in told_of
        ):
            raise Fails(f"{name}: it was on file by then, and is not shown")
    for entry in own:
        said = shown["stored"].get(opened(entry)["entry"])
        if said and (datetime.fromisoformat(said["at"]), said["by"]) != (
            datetime.fromisoformat(entry["stored_at"]), entry["actor"],
        ):  # fmt: skip
            raise Fails(f"entry {entry['version']}: it is shown as stored at another time, or by somebody else")
    print(f"proved: {len(shown['facts'])} entries are shown as they were stored and corrected")
    missing = {*range(1, max((entry["version"] for entry in own), default=0) + 1)} - {entry["version"] for entry in own}
    print(
        f"not proved: what other entries say{f' (of this file {sorted(missing)})' if missing else ''}, and what came later"
    )
    print(f"not proved: duties, answers and scores. {bundle['program']} derives them; whoever has it can do so again")


def main():
    asked = argparse.ArgumentParser(description="Checks a file of caseaudit bundle.")
    asked.add_argument("bundle", type=Path)
    asked.add_argument("--key", type=Path, help="file with the record's public key, kept elsewhere")
    asked.add_argument("--checkpoint", type=Path, help="file with a checkpoint, kept elsewhere")
    given = asked.parse_args()
    try:
        lines = given.key.read_text("utf-8").splitlines() if given.key else []
        keys = [key_of(line) for line in lines if line.strip() and not line.startswith("#")]
        check(
            json.loads(given.bundle.read_text("utf-8")), keys, given.checkpoint and given.checkpoint.read_text("utf-8")
        )
    except (Fails, InvalidTag) as error:
        sys.exit(f"NOT AS IT MUST BE: {error or 'a text does not open'}")
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        print(f"cannot be read: {type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(2)
    if not keys and not given.checkpoint:
        print("not proved: that this is the record's own checkpoint. Give --key or --checkpoint, from elsewhere")


if __name__ == "__main__":
    main()
