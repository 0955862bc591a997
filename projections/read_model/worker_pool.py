"""Worker pools: run a function on pieces of work in processes of this machine, or on a Dask cluster.

A worker gets its next piece when it is free, so that memory does not grow with the number of pieces.
"""

import gc
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import count, islice
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar, cast

from domain.error_traces import trace_of

T = TypeVar("T")

Work = Callable[..., T]
"""A function at the top of a module, so that another process finds it by name."""

PIECES_AHEAD = 2
"""Pieces queued for each thread of a Dask worker, so that it never waits."""

CONNECT_SECONDS = 10


class WorkFailed(RuntimeError):
    """A piece of work failed, or its worker died."""


def in_this_process(work: Work[T], pieces: Iterable[tuple[Any, ...]]) -> Iterator[T]:
    """The result of ``work`` for each piece, in order."""
    return (work(*piece) for piece in pieces)


def in_processes(number: int, work: Work[T], pieces: Iterable[tuple[Any, ...]]) -> Iterator[T]:
    """The result of ``work`` for each piece, in any order, from ``number`` processes of this machine.

    The processes end when this one ends, however it ends, because their pipes are then closed.
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
    """The main function of a worker process: run pieces from the pipe until it is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent process is interrupted, and ends this one
    with suppress(EOFError, OSError):
        for number in count():
            work, piece = there.recv()
            try:
                answer = True, work(*piece)
            except Exception as error:
                answer = False, trace_of(error)
            there.send(answer)
            if number == 0:
                gc.freeze()  # what is loaded by now stays in use: keep it out of garbage collection


def on_dask(address: str, work: Work[T], pieces: Iterable[tuple[Any, ...]]) -> Iterator[T]:
    """The result of ``work`` for each piece, in any order, from the Dask cluster whose scheduler is at this address.

    Its workers need the same version of this program. A piece whose worker dies is run again by another.
    Raises ``ModuleNotFoundError`` where Dask is not installed, ``OSError`` where nothing answers.
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
                raise WorkFailed(trace_of(error)) from error
            for more in islice(left, 1):
                running.add(client.submit(work, *more, pure=False, retries=2))
