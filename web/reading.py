"""Reading what was handed in: processes of their own, fenced and of low priority, so that pages stay quick.

A thread of the server keeps one process: it claims the next file, gives it to the process, and waits. A process that
ends over a file (its fence, a fault in a library) costs that file only. If the server ends, its processes end too.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goufu.catalog.errors import GoufuError
from goufu.store import uploads
from goufu.store.engine import Store
from goufu.store.errors import StoreError
from goufu.web.folder import content_path
from goufu.web.settings import Settings

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

    from goufu.disclosure.model import Disclosure
    from goufu.store.uploads import Handed

logger = logging.getLogger("goufu.web")
#: files after which a process is replaced, so that memory stays flat
_LIFE = 100
#: seconds between two looks at the queue when nobody woke it, and between two notes of progress
_LOOK, _NOTE = 2.0, 1.0


@dataclass(frozen=True, slots=True)
class Job:
    """One claimed file, as a process is given it."""

    db: str | None
    path: Path
    handed: Handed


class Readers:
    """The threads that keep the reading processes of one server."""

    def __init__(self, settings: Settings, store: Store, worker: str) -> None:
        self._settings = settings
        self._store = store
        self._worker = worker
        self._stopping = threading.Event()
        self._more = threading.Condition()
        self._processes: set[SpawnProcess] = set()
        self._threads = [
            threading.Thread(target=self._keep, name=f"reader-{n}", daemon=True)
            for n in range(settings.workers)
        ]

    def start(self) -> None:
        """Queue again what was under way when the server stopped, and begin."""
        count = uploads.put_back(self._store, self._worker)
        if count:
            logger.info('{"event": "queued again", "uploads": %d}', count)
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Something was handed in."""
        with self._more:
            self._more.notify()

    def stop(self) -> None:
        """Stop reading; what is under way is queued again, for the next start."""
        self._stopping.set()
        with self._more:
            self._more.notify_all()
        for process in list(self._processes):
            process.kill()
        for thread in self._threads:
            thread.join(10)
        with contextlib.suppress(StoreError):
            uploads.put_back(self._store, self._worker)

    def _keep(self) -> None:
        """One thread: a process, and the files that it reads one after another."""
        while not self._stopping.is_set():
            try:
                self._work()
            except StoreError as error:  # the database is away; it will be back
                logger.warning('{"event": "queue", "error": "%s"}', type(error).__name__)
                self._stopping.wait(_LOOK)
            except Exception as error:
                from goufu.cli.shared.faults import unforeseen

                unforeseen(error)
                logger.error('{"event": "queue", "error": "%s"}', type(error).__name__)
                self._stopping.wait(_LOOK)

    def _work(self) -> None:
        """Read what waits with one process until it has had its life, or ends over a file."""
        process, connection = self._begin()
        try:
            for _ in range(_LIFE):
                handed = self._next()
                if handed is None:
                    return
                begun = time.monotonic()
                with contextlib.suppress(OSError):  # the process has ended; told by its sentinel
                    connection.send(
                        Job(self._settings.db, content_path(self._settings.folder, handed.uid), handed)
                    )
                ready = wait([connection, process.sentinel])
                ended = connection not in ready
                if not ended:
                    try:
                        connection.recv()
                    except (EOFError, OSError):
                        ended = True
                logger.info(
                    '{"event": "read", "upload": %d, "ended": %s, "seconds": %.1f}',
                    handed.id, "true" if ended else "false", time.monotonic() - begun,
                )  # fmt: skip
                if self._stopping.is_set():
                    return
                if ended:
                    with contextlib.suppress(uploads.LostClaimError):
                        uploads.broke(self._store, handed.uid, handed.attempts)
                    return
        finally:
            self._processes.discard(process)
            connection.close()
            process.kill()
            process.join(5)

    def _next(self) -> Handed | None:
        """The next file, waited for; None where the server stops."""
        while not self._stopping.is_set():
            handed = uploads.claim(self._store, self._worker)
            if handed is not None:
                return handed
            with self._more:
                self._more.wait(_LOOK)
        return None

    def _begin(self) -> tuple[SpawnProcess, Connection[Any, Any]]:
        context = get_context("spawn")
        here, there = context.Pipe()
        process = context.Process(
            target=serve_jobs, args=(there, dict(self._settings.limits), self._settings.language), daemon=True
        )
        process.start()
        there.close()
        self._processes.add(process)
        return process, here


# ------------------------------------------------------------------------------------------- in the process


def serve_jobs(connection: Connection[Any, Any], limits: Mapping[str, int], language: str) -> None:
    """The life of a reading process: jobs from the connection, one after another, until it is closed."""
    import signal

    from goufu.cli.shared.output import set_language
    from goufu.cli.shared.worker_limits import limit_memory
    from goufu.disclosure.formats.gate import set_limits

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    _end_with_the_server()
    _step_back()
    set_limits(limits)
    limit_memory()
    set_language(language)
    while True:
        try:
            job = connection.recv()
        except (EOFError, OSError):
            return
        read_one(job)
        connection.send(True)


def _end_with_the_server() -> None:
    """Let this process end when the one that began it has ended, however that happened."""
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _step_back() -> None:
    """Leave the processors to those who answer people."""
    with contextlib.suppress(OSError, AttributeError):
        if os.name == "nt":
            import ctypes

            kernel = ctypes.windll.kernel32  # type: ignore[attr-defined]
            kernel.SetPriorityClass(kernel.GetCurrentProcess(), 0x4000)  # BELOW_NORMAL_PRIORITY_CLASS
        else:
            os.nice(10)


def read_one(job: Job) -> None:
    """Read, judge and record one file, as `goufu classify --save` does; or record why it could not be. Never raises."""
    from goufu.cli.shared.faults import unforeseen
    from goufu.store.address import address_of
    from goufu.store.schema import open_store

    handed = job.handed
    from goufu.web.wrong import for_browsers

    store = open_store(address_of(job.db), create=False)
    try:
        try:
            _recorded(job, store)
        except (uploads.LostClaimError, MemoryError):
            raise
        except GoufuError as error:
            uploads.failed(store, handed.uid, handed.attempts, for_browsers(error))
        except Exception as error:  # one document, whatever is wrong with it, must not cost the others
            uploads.failed(store, handed.uid, handed.attempts, unforeseen(error, handed.name))
    except uploads.LostClaimError:
        pass
    finally:
        store.engine.dispose()


def _recorded(job: Job, store: Store) -> None:
    from dataclasses import replace
    from importlib.metadata import version

    from goufu.catalog.load import load_catalogs
    from goufu.cli.shared.audits import audit_disclosure, settings
    from goufu.cli.shared.store_access import known_learned
    from goufu.cli.shared.worker_limits import timed
    from goufu.disclosure.formats.gate import read_stream
    from goufu.disclosure.read import read_content
    from goufu.store.runs import Input, record_run

    handed = job.handed
    options = {name: handed.options.get(name) for name in ("department", "year", "on")}
    how = replace(
        settings(options["department"], options["year"], options["on"]),
        db=job.db,
        remember=True,
        departments=handed.departments or None,  # reviewers have none and are told everything
        learned=known_learned(job.db),
    )
    with timed() as step:
        note = _progress(store, handed, step)
        with job.path.open("rb") as stream:  # not named in any sentence: it is the server's affair
            data = read_stream(stream, handed.name)
        disclosure = read_content(data, handed.name, handed.name, note)
        audit = audit_disclosure(disclosure, how, lambda _: step())
    if not audit.assessments:
        raise GoufuError("没有读到任何项目。", "No budget item was read.", handed.name)
    record_run(
        store,
        audit.assessments,
        [Input(handed.name, handed.size, handed.sha256)],
        load_catalogs(),
        handed.officer,
        version("goufu"),
        {name: value for name, value in options.items() if value is not None},
        departments=handed.departments,
        within=uploads.finished(handed.uid, handed.attempts, len(audit.assessments), _remarks(disclosure)),
        findings=[(handed.name, finding) for finding in audit.findings],
    )


def _progress(store: Store, handed: Handed, step: Callable[[], None]) -> Callable[[int, int], None]:
    """What reading calls for every page: the fence's step, and now and then a note in the queue."""
    last = time.monotonic()

    def note(done: int, pages: int) -> None:
        nonlocal last
        step()
        if time.monotonic() - last >= _NOTE:
            last = time.monotonic()
            uploads.progress(store, handed.uid, handed.attempts, done, pages)

    return note


def _remarks(disclosure: Disclosure, most: int = 200) -> list[dict[str, str]]:
    """What the reader noticed, the gravest first; what is beyond `most` is counted in the last."""
    order = ("error", "warning", "notice")
    found = sorted(disclosure.remarks, key=lambda r: order.index(r.level))
    told = [
        {
            "level": r.level,
            "where": r.place.text("zh") if r.place else "",
            "zh": r.text,
            "en": r.english,
        }
        for r in found[:most]
    ]
    if len(found) > most:
        left = len(found) - most
        told.append({"level": "notice", "where": "", "zh": f"还有 {left} 条", "en": f"{left} more"})
    return told
