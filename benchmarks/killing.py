"""Kill an importer with SIGKILL at random points, hundreds of times: python -m benchmarks.killing --runs N

After each death the chain is walked and every file is looked over for gaps. When an import gets through, or has been killed
a dozen times, it is completed and compared with one that was never disturbed, and a fresh database is begun.
"""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import closing, nullcontext
from pathlib import Path

from domain.store.application import Files
from tests.domain.store.test_faults import content, stored
from tests.support.postgres import Server, running
from tests.support.writers import import_all, killed_imports
from web.demo import write_samples

DEATHS = 12


def addresses(folder: Path, server: Server | None) -> Iterator[str]:
    while True:
        if server is None:
            with tempfile.TemporaryDirectory(dir=folder) as place:
                yield str(Path(place) / "killed.sqlite")
        else:
            yield (address := server.prepared())
            server.drop(address)


def kill(runs: int, seed: int, folder: Path, paths: list[Path], server: Server | None) -> tuple[int, int]:
    """Deaths while an import was running, and imports completed after some."""
    undisturbed = str(folder / "whole.sqlite")
    if not Path(undisturbed).exists():
        import_all(undisturbed, paths)
    whole, deaths, completed = content(stored(undisturbed)), 0, 0
    for address in addresses(folder, server):
        position = 0
        for killed in killed_imports(address, paths, min(DEATHS, runs - deaths), seed + completed):
            deaths += killed
            now = len(stored(address))
            assert now >= position, f"{address}: {position - now} entries are gone"
            position = now
            if not killed:
                break
        import_all(address, paths)
        assert content(stored(address)) == whole, f"{address}: not the entries of an undisturbed import"
        with closing(Files.open(address)) as files:
            assert files.recorder.head()[0] >= len(whole)
        completed += 1
        print(f"  {deaths} deaths, {completed} imports completed", flush=True)
        if deaths >= runs:
            break
    return deaths, completed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200, help="how often to kill, on each database")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        paths = write_samples(Path(name) / "samples")
        for kind in ("sqlite", "postgresql"):
            if asked.database in (kind, "both"):
                with running() if kind == "postgresql" else nullcontext() as server:
                    deaths, completed = kill(asked.runs, asked.seed, Path(name), paths, server)
                print(f"{kind}: killed {deaths} times, {completed} imports completed, every one as if undisturbed")


if __name__ == "__main__":
    main()
