"""Many workers for work that falls into pieces: processes of this machine, or the workers of a Dask cluster.

Pieces are handed out as workers come free, a few ahead at most, so that nothing grows with the number of pieces.
"""

import gc
import signal
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import count, islice
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar, cast

T = TypeVar("T")

Work = Callable[..., T]
"""A function at the top of a module, so that another process finds it by name."""

PIECES_AHEAD = 2
"""Pieces that a Dask worker's thread has waiting, so that it never idles."""

CONNECT_SECONDS = 10


class WorkFailed(RuntimeError):
    """A piece of the work could not be done, or who did it died."""


def in_processes(number: int, work: Work[T], pieces: Iterable[tuple[Any, ...]]) -> Iterator[T]:
    """What the work makes of each piece, in no order, in so many processes of this machine.

    They end when this process does, however it ends: each is told of it by its end of the pipe.
    """
    context, left = get_context("spawn"), iter(pieces)
    workers: dict[Any, Any] = {}
    try:
        for piece in islice(left, number):
            here, there = context.Pipe()
            process = context.Process(target=_serve_pieces, args=(there,), daemon=True)
            process.start()
            there.close()
            workers[here] = process
            here.send((work, piece))
        while workers:
            for ready in wait(list(workers)):
                here = cast("Connection[Any, Any]", ready)
                yield _receive(here, workers[here])
                for more in islice(left, 1):
                    here.send((work, more))
                    break
                else:
                    process = workers.pop(here)
                    here.close()
                    process.join()
    finally:
        for here, process in workers.items():
            here.close()
            process.terminate()
            process.join()


def _receive(here: Any, process: Any) -> Any:
    try:
        done, result = here.recv()
    except (EOFError, OSError):
        process.join()
        raise WorkFailed(f"a process died (exit code {process.exitcode}); nothing is lost, run it again") from None
    if not done:
        raise WorkFailed(result)
    return result


def _serve_pieces(there: "Connection[Any, Any]") -> None:
    """One process: does what comes through the pipe until the other end closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who called is interrupted, and ends us
    with suppress(EOFError, OSError):
        for number in count():
            work, piece = there.recv()
            try:
                answer = True, work(*piece)
            except Exception:
                answer = False, traceback.format_exc()
            there.send(answer)
            if number == 0:
                gc.freeze()  # what it has read to begin with stays: no need to look through it for garbage again and again


def on_dask(address: str, work: Work[T], pieces: Iterable[tuple[Any, ...]]) -> Iterator[T]:
    """What the work makes of each piece, in no order, on the Dask cluster whose scheduler is at this address.

    Its workers have this program installed, in the same version. A piece whose worker dies is done again by another.
    ``ModuleNotFoundError`` where Dask is not installed, ``OSError`` where nothing answers.
    """
    from distributed import Client, as_completed

    left = iter(pieces)
    with Client(address, timeout=CONNECT_SECONDS, set_as_default=False) as client:
        try:
            client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except TimeoutError:
            raise WorkFailed(f"the cluster at {address} has no workers") from None
        threads = sum(client.nthreads().values())
        futures = [client.submit(work, *piece, pure=False, retries=2) for piece in islice(left, PIECES_AHEAD * threads)]
        running = as_completed(futures, loop=client.loop)
        futures.clear()
        for future in running:
            try:
                yield future.result()
            except Exception as error:
                raise WorkFailed(f"{type(error).__name__}: {error}") from error
            for more in islice(left, 1):
                running.add(client.submit(work, *more, pure=False, retries=2))
