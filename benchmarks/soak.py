"""The site for hours, over the network: python -m benchmarks.soak [--requests N] [--minutes M] [--database sqlite|postgresql|both]

Eight clients read pages and record entries by the forms, as browsers do, while a follower keeps the views up and imports run one
after the other. Workers, the follower and imports are killed with SIGKILL again and again. It goes on until so many requests
are answered or so many minutes are over, whichever is first. Then it is asked what was promised:

* no answer was a 5xx but those of the outage page (503 with ``Retry-After``);
* every entry that was acknowledged, by a form or by an import that ended with 0, is in the record, once;
* ``caseaudit verify`` and ``caseaudit rebuild --verify`` find nothing;
* memory is flat: the largest worker and the follower, in the last quarter beside the second.

A connection that a killed worker cut off is counted apart, and its request sent again, as browsers do. The figures go to
``DIR/soak-KIND.json``; docs/reliability.md holds those of a whole run.
"""

import argparse
import json
import os
import random
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from html import unescape
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from domain.accounts.account_register import AccountRegister
from domain.accounts.roles import Account, Role
from domain.entries.case_entries import ContactLogged
from domain.store.application import Files
from tests.support.forms import fields_in
from tests.support.postgres import running
from web.site import passwords

COMMAND = (sys.executable, "-c", "import sys; from web.cli import run; sys.argv[0] = 'caseaudit'; run()")
WRITERS = 2
"""The first of the clients also record."""

READERS: Sequence[tuple[Role, str]] = (("spo", "Gloucester"),) * 4 + (("area_manager", "Gloucestershire"),) * 4
"""The role and the place of each client."""

PASSWORD = "correct horse battery staple"
NEW_CASES = 2
"""New cases of one import: a few, so that memory and times are not those of a record that grows."""

PLACES = (
    "/",
    "/cases",
    "/search",
    "/matrix",
    "/reports",
    "/changed",
    "/officers",
    "/standards",
    "/inspections",
    "/actions",
)
"""Where a client begins again; from there it follows links."""

LONGEST_WAIT = 60
"""Seconds after which a request that was not answered is a failure."""

_LINK = re.compile(r'href="(/[^"#]*)"')
_LEFT_OUT = re.compile(
    r"^/(sign-|assets|language|own-account|account/password|calendar|digest)|/download/|\.(pdf|odt|ics|png|svg|xlsx|ods)"
)


class Soak:
    """One run on one database. Threads add to it under its lock."""

    def __init__(self, address: str, folder: Path, seed: int):
        self.address, self.folder, self.seed = address, folder, seed
        self.lock, self.over = threading.Lock(), threading.Event()
        self.answers, self.failures = Counter[str](), list[str]()
        self.acknowledged: set[tuple[str, str]] = set()
        """Case, and entry id or note."""
        self.refused = Counter[str]()
        self.kills, self.imports = Counter[str](), 0
        self.cases: list[str] = []
        self.resident: list[tuple[float, int, int]] = []
        self.slowest = 0.0
        self.site = self.follower = None  # type: subprocess.Popen[bytes] | None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]

    @property
    def base(self) -> str:
        return f"http://localhost:{self.port}"

    def answered(self) -> int:
        return sum(self.answers.values())

    def noted(self, answer: requests.Response) -> None:
        """Count an answer; one that must not be is a failure."""
        outage = answer.status_code == 503 and "Retry-After" in answer.headers
        with self.lock:
            self.answers["503 outage page" if outage else str(answer.status_code)] += 1
            self.slowest = max(self.slowest, answer.elapsed.total_seconds())
            if answer.status_code in (400, 404):
                self.refused[f"{answer.status_code} {answer.request.method} {urlsplit(answer.url).path}"] += 1
        if answer.status_code >= 500 and not outage:
            self.broke(f"{answer.status_code} {answer.request.method} {urlsplit(answer.url).path}")

    def broke(self, what: str) -> None:
        print(f"  failed: {what}", flush=True)
        with self.lock:
            self.failures.append(what)

    def started(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """A command of the program over the database, its errors in a file of the folder."""
        with (self.folder / f"{arguments[0]}.log").open("ab") as log:
            command = (*COMMAND, *arguments, "--database", self.address)
            return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log, start_new_session=True)


class Client:
    """A browser of one account: it keeps its cookies, follows links, and sends again what was cut off."""

    def __init__(self, soak: Soak, number: int):
        self.soak, self.number = soak, number
        self.random = random.Random(f"{soak.seed} {number}")
        self.session, self.at, self.letters = requests.Session(), "/", 0

    def run(self) -> None:
        """Read, and every so often record, until it is over."""
        while not self.soak.over.is_set():
            try:
                if self.number < WRITERS and self.random.random() < 0.1:
                    self.record()
                else:
                    self.read()
            except Exception as error:  # what a client meets is a result, not the end of the run
                self.soak.broke(f"client {self.number}: {type(error).__name__}: {error}")

    def read(self) -> None:
        """Follow a link of the last page, or begin again."""
        answer = self.ask("GET", self.at)
        if answer is None or answer.status_code != 200 or "text/html" not in answer.headers.get("Content-Type", ""):
            self.at = self.random.choice(PLACES)
            if answer is not None and urlsplit(answer.url).path.startswith("/sign-in"):
                self.sign_in()
            return
        if urlsplit(answer.url).path.startswith("/sign-in"):
            self.sign_in()
            return
        links = [unescape(one) for one in _LINK.findall(answer.text) if not _LEFT_OUT.search(one)]
        self.at = self.random.choice(links if links and self.random.random() < 0.8 else PLACES)

    def record(self) -> None:
        """Record a letter on a case by its form: opened, checked, recorded. What is answered with a redirect is acknowledged."""
        case = self.random.choice(self.soak.cases)
        address = f"/cases/{case}/record/ContactLogged"
        page = self.ask("GET", address)
        if page is None or page.status_code != 200 or "<main" not in page.text:
            return
        self.letters += 1
        note = f"Soak {self.number}-{self.letters}"
        typed = {**fields_in(page.text), "contact_type": "letter", "note": note, "step": "check"}
        check = self.ask("POST", page.url, typed)
        if check is None or check.status_code != 200 or "You are about to" not in check.text:
            return
        done = self.ask("POST", check.url, {**fields_in(check.text), "step": "record"}, follow=False)
        if done is not None and done.status_code == 302 and "/record/" in done.headers["Location"]:
            refused = self.ask("GET", urljoin(check.url, done.headers["Location"]))
            said = re.findall(
                r'class="govuk-error-summary__list.*?</ul>', refused.text if refused is not None else "", re.DOTALL
            )
            self.soak.broke(f"not recorded: {said}")
        elif done is not None and done.status_code == 302:
            with self.soak.lock:
                self.soak.acknowledged.add((case, note))

    def sign_in(self) -> None:
        page = self.ask("GET", "/sign-in")
        if page is None or page.status_code != 200:
            time.sleep(0.5)
            return
        self.ask("POST", "/sign-in", {**fields_in(page.text), "username": f"soak{self.number}", "password": PASSWORD})
        self.at = "/"

    def ask(self, method: str, address: str, data: Any = None, *, follow: bool = True) -> requests.Response | None:
        """The answer; None where it is over. What a killed worker cut off is asked again."""
        while not self.soak.over.is_set():
            try:
                answer = self.session.request(
                    method, urljoin(self.soak.base, address), data=data, timeout=LONGEST_WAIT, allow_redirects=follow
                )
            except requests.exceptions.Timeout:
                self.soak.broke(f"no answer in {LONGEST_WAIT} s: {method} {address}")
                return None
            except requests.exceptions.ConnectionError:
                with self.soak.lock:
                    self.soak.answers["cut off"] += 1
                time.sleep(0.05)
                continue
            for one in (*answer.history, answer):
                self.soak.noted(one)
            if answer.status_code == 503:
                time.sleep(1)
            return answer
        return None


def imports(soak: Soak) -> None:
    """Import file after file of new entries; an import that ended with 0 has acknowledged its entries. Some are killed."""
    chance, number = random.Random(f"{soak.seed} imports"), 0
    while not soak.over.is_set():
        number += 1
        path, entries = _new_file(soak.folder, number)
        while not soak.over.is_set():
            process = soak.started("import", str(path))
            if chance.random() < 0.1:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(chance.uniform(0.2, 3))
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
                    soak.kills["import"] += 1
                    continue
            code = process.wait()
            if code == 0:
                with soak.lock:
                    soak.acknowledged.update(entries)
                    soak.imports += 1
            else:
                soak.broke(f"import {number} ended with {code}")
            path.unlink()
            break
        soak.over.wait(chance.uniform(5, 20))


def _new_file(folder: Path, number: int) -> tuple[Path, set[tuple[str, str]]]:
    """A file with the example's case under new CRNs."""
    path, entries = folder / f"import-{number}.ndjson", set[tuple[str, str]]()
    example = (Path(__file__).parents[1] / "docs" / "example.ndjson").read_text(encoding="utf-8")
    lines = [line for line in example.splitlines() if line.startswith('{"case"')]
    with path.open("w", encoding="utf-8") as made:
        for one in range(NEW_CASES):
            crn = f"S{number * NEW_CASES + one:06}"
            for line in lines:
                made.write(line.replace("X123456", crn) + "\n")
                entries.add((f"{crn}/1", json.loads(line)["entry"]))
    return path, entries


def killing(soak: Soak) -> None:
    """Kill a worker of the site every twenty seconds or so, and the follower now and then; the follower is begun again."""
    chance = random.Random(f"{soak.seed} kills")
    while not soak.over.wait(chance.uniform(10, 30)):
        assert soak.site is not None and soak.follower is not None
        workers = _children(soak.site.pid)
        if chance.random() < 0.8 and workers:
            with suppress(ProcessLookupError):
                os.kill(chance.choice(workers), signal.SIGKILL)
                soak.kills["worker"] += 1
        else:
            os.killpg(soak.follower.pid, signal.SIGKILL)
            soak.follower.wait()
            soak.kills["follower"] += 1
            soak.follower = soak.started("follow")
        if soak.site.poll() is not None:
            soak.broke(f"the site ended with {soak.site.returncode}")
            soak.over.set()


def measuring(soak: Soak) -> None:
    """Every five seconds the memory of the largest worker and of the follower, in KiB."""
    began = time.monotonic()
    while not soak.over.wait(5):
        assert soak.site is not None and soak.follower is not None
        workers = [_resident(pid) for pid in _children(soak.site.pid)]
        soak.resident.append((time.monotonic() - began, max(workers, default=0), _resident(soak.follower.pid)))


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    return []


def _resident(pid: int) -> int:
    with suppress(OSError):
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
        return int(found[1]) if found else 0
    return 0


@contextmanager
def served(soak: Soak) -> Iterator[None]:
    """The site and the follower, until the end of the block; then both are asked to end."""
    soak.follower = soak.started("follow")
    soak.site = soak.started("serve", "--port", str(soak.port), "--workers", "2", "--second-factor", "nobody")
    try:
        _wait_for(soak)
        yield
    finally:
        for process in (soak.site, soak.follower):
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                soak.broke("did not end within 30 s of SIGTERM")


def _wait_for(soak: Soak) -> None:
    for _ in range(600):
        with suppress(requests.exceptions.RequestException):
            if requests.get(f"{soak.base}/healthz", timeout=5).status_code == 200:
                return
        time.sleep(0.2)
    raise RuntimeError(f"the site did not come up; see {soak.folder}")


def prepared(soak: Soak) -> None:
    """The demonstration's record, with an account for every client."""
    subprocess.run((*COMMAND, "demo", "--no-serve", "--database", soak.address), check=True, stdout=subprocess.DEVNULL)
    with closing(AccountRegister(soak.address)) as register:
        for number, (role, place) in enumerate(READERS):
            account = Account(f"soak{number}", f"Soak {number}", role, (place,), grade="spo")
            register.add(account, passwords.hashed(register.key, account.username, PASSWORD))
    due = subprocess.run(
        (*COMMAND, "due", "--as-at", "2005-12-22", "--team", "Gloucester", "--format", "json", "--database", soak.address),
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    soak.cases = sorted(set(re.findall(r"\b[A-Z]\d{6}/\d+\b", due.stdout)))


def proved(soak: Soak) -> dict[str, object]:
    """What the record says afterwards: of every acknowledged entry how often it is there, and what the commands find.

    What was recorded by a form is known by its note, what was imported by its id.
    """
    lost, doubled = [], []
    with closing(Files.open(soak.address)) as files:
        for case in sorted({case for case, _ in soak.acknowledged}):
            file = files.read(case)
            kept = Counter(file.entries.keys())
            letters = files.texts.opened(
                case, [fact for fact in file.entries.values() if isinstance(fact, ContactLogged)]
            )
            kept.update(fact.note for fact in letters if isinstance(fact, ContactLogged) and fact.note)
            lost += [one for one in soak.acknowledged if one[0] == case and not kept[one[1]]]
            doubled += [case] * (file.version - len(file.entries))
            doubled += [case for one, times in kept.items() if one.startswith("Soak ") and times > 1]
    found: dict[str, object] = {"acknowledged": len(soak.acknowledged), "lost": len(lost), "doubled": len(doubled)}
    for words in (("verify",), ("rebuild", "--verify")):
        done = subprocess.run(
            (*COMMAND, *words, "--database", soak.address), capture_output=True, text=True, check=False
        )
        found[" ".join(words)] = done.returncode
        if done.returncode:
            soak.broke(f"{' '.join(words)} ended with {done.returncode}: {done.stdout[-300:]}{done.stderr[-300:]}")
    if lost or doubled:
        soak.broke(f"lost: {lost[:5]}, doubled: {doubled[:5]}")
    return found


def soaked(soak: Soak, wanted: int, minutes: float) -> dict[str, object]:
    """Run until so many requests are answered or so many minutes are over; the figures."""
    prepared(soak)
    began, said = time.monotonic(), 0.0
    with served(soak):
        clients = [threading.Thread(target=Client(soak, number).run) for number in range(len(READERS))]
        others = [threading.Thread(target=work, args=(soak,)) for work in (imports, killing, measuring)]
        for thread in (*clients, *others):
            thread.start()
        while not soak.over.wait(1):
            passed = time.monotonic() - began
            if soak.answered() >= wanted or passed >= minutes * 60:
                soak.over.set()
            if passed - said > 60:
                said = passed
                print(f"  {passed / 60:.0f} min: {dict(soak.answers)}, killed {dict(soak.kills)}, "
                      f"{len(soak.acknowledged)} entries, {len(soak.failures)} failures", flush=True)  # fmt: skip
        for thread in (*clients, *others):
            thread.join()
    seconds = time.monotonic() - began
    return {
        "requests": soak.answered(), "minutes": round(seconds / 60, 1), "answers": dict(soak.answers),
        "refused": soak.refused.most_common(5),
        "slowest_seconds": round(soak.slowest, 2), "killed": dict(soak.kills), "imports": soak.imports, **proved(soak),
        **_memory(soak), "failures": soak.failures[:20], "failures_in_all": len(soak.failures),
    }  # fmt: skip


def _memory(soak: Soak) -> dict[str, object]:
    """The median of the largest worker and of the follower in the second and the last quarter, in MiB, and their ratio."""
    quarter, found = len(soak.resident) // 4, dict[str, object]()
    for name, column in (("worker", 1), ("follower", 2)):
        if quarter:
            second = median(row[column] for row in soak.resident[quarter : 2 * quarter]) / 1024
            last = median(row[column] for row in soak.resident[-quarter:]) / 1024
            found[f"{name}_MiB"] = [round(second), round(last), round(last / second, 2) if second else None]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=200_000)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--dir", type=Path, default=Path("build/soak"))
    asked = parser.parse_args()
    asked.dir.mkdir(parents=True, exist_ok=True)
    bad = 0
    for kind in ("sqlite", "postgresql"):
        if asked.database not in (kind, "both"):
            continue
        with (
            tempfile.TemporaryDirectory(prefix="soak-", dir=asked.dir) as name,
            running() if kind == "postgresql" else nullcontext() as server,
        ):
            os.environ["CASEAUDIT_SECRET_KEY"] = secrets.token_hex(32)
            os.environ["CASEAUDIT_COLUMNS"] = str(Path(name).absolute() / "columns")
            address = str(Path(name).absolute() / "soak.sqlite") if server is None else server.prepared()
            soak = Soak(address, Path(name), asked.seed)
            print(f"{kind}, seed {asked.seed}", flush=True)
            figures = soaked(soak, asked.requests, asked.minutes)
            (asked.dir / f"soak-{kind}.json").write_text(json.dumps(figures, indent=2), encoding="utf-8")
            print(json.dumps(figures, indent=2), flush=True)
            bad += len(soak.failures)
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
