"""Files of millions of lines: read, judged and written some thousand lines at a time, in order, on as many cores as asked.

The memory needed is that of a few pieces, whatever the length. Each worker loads the index once. What is written is
written down in a checkpoint every few seconds; a stopped run goes on from there, and its output is the same file, byte
by byte. A file whose rows cannot be read apart raises OddListError before anything is written, or soon after.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from goufu.catalog.characters import sound
from goufu.catalog.errors import GoufuError, os_reason
from goufu.catalog.load import collector_waits
from goufu.cli.shared.audits import TOLD, Settings, audit_disclosure
from goufu.cli.shared.collector import look_now_and_then
from goufu.cli.shared.fingerprint import fingerprint
from goufu.cli.shared.output import created_mode, headings, language, note, set_headings, set_language
from goufu.cli.shared.sinks import Body, Sink, encode, open_sink
from goufu.cli.shared.tally import Tally, restored
from goufu.cli.shared.unique_ids import SeenIds
from goufu.disclosure.formats.gate import limits_raised, set_limits
from goufu.disclosure.lists.pieces import OddListError
from goufu.disclosure.lists.stream import Plan, RawPiece, Survey, items_of, pieces, survey
from goufu.disclosure.model import Disclosure, Remark
from goufu.disclosure.read import shortened

from goufu.outcomes import Given, outcomes

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

    from goufu.matcher.model import Assessment

#: outputs that grow line by line
STREAMED = (".jsonl", ".csv", ".parquet")
#: lines of a piece: enough to judge well together, few enough to hold
PIECE = 512
#: pieces under way for each worker
_AHEAD = 3
#: seconds between two checkpoints
_PAUSE = 3.0
#: remarks on single lines that are told; the rest is counted
_TELL = 50


@dataclass(frozen=True)
class Task:
    """What a worker needs for every piece: how lines are read (`plan`, None for Parquet), judged, and written."""

    plan: Plan | None
    how: Settings
    kind: str
    lang: str
    heads: str
    limits: Mapping[str, int]


@dataclass
class Done:
    """A piece that was judged: its ids, its lines, what they come to, and what was wrong with some of them."""

    ids: list[str]
    body: Body
    tally: Tally
    remarks: list[tuple[str, str]] = field(default_factory=list)


class Source(Protocol):
    """Where lines come from: how many, their digest, how they are read, and the pieces of them from one on."""

    @property
    def rows(self) -> int:
        """How many lines there are."""
        ...

    @property
    def digest(self) -> str:
        """The SHA-256 of the file or folder."""
        ...

    @property
    def plan(self) -> Plan | None:
        """How the rows of a CSV or JSON file are read; None for Parquet."""
        ...

    @property
    def keeps_ids(self) -> bool:
        """Whether ids are left as they are, even where two lines have the same."""
        ...

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """What the survey of the whole file noticed."""
        ...

    def pieces(self, skip: int) -> Iterator[Any]:
        """The pieces but the first `skip`."""
        ...


@dataclass(frozen=True)
class Records:
    """A CSV or JSON Lines file that was surveyed."""

    survey: Survey
    keeps_ids: bool = False

    @property
    def rows(self) -> int:
        """How many rows are not blank."""
        return self.survey.rows

    @property
    def digest(self) -> str:
        """The SHA-256 of the file."""
        return self.survey.digest

    @property
    def plan(self) -> Plan:
        """How every row is read."""
        return self.survey.plan

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """What is to be said of the file as a whole."""
        return self.survey.remarks

    def pieces(self, skip: int) -> Iterator[RawPiece]:
        """The pieces but the first `skip`, as they are in the file."""
        return pieces(self.survey, PIECE, skip)


class ParquetLines:
    """A Parquet file of lines; ids stay as they are, as engines know no order of rows."""

    plan = None
    keeps_ids = True
    remarks: tuple[Remark, ...] = ()

    def __init__(self, path: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        from goufu.arrow import columns_of

        told = hashlib.sha256()
        try:
            with path.open("rb") as stream:
                while block := stream.read(1 << 20):
                    told.update(block)
            self._file = pq.ParquetFile(path)
        except (OSError, pa.ArrowException) as error:
            raise GoufuError(
                f"不是可读的 Parquet 文件（{str(error)[:100]}）。",
                f"This is no Parquet file that can be read ({str(error)[:100]}).",
                sound(str(path)),
            ) from None
        self._columns = list(columns_of(self._file.schema_arrow.names).names)
        self.rows = self._file.metadata.num_rows
        self.digest = told.hexdigest()

    def pieces(self, skip: int) -> Iterator[bytes]:
        """The pieces but the first `skip`, each an Arrow stream of one batch."""
        import pyarrow as pa

        for number, batch in enumerate(self._file.iter_batches(PIECE, columns=self._columns)):
            if number >= skip:
                buffer = io.BytesIO()
                with pa.ipc.new_stream(buffer, batch.schema) as stream:
                    stream.write_batch(batch)
                yield buffer.getvalue()


class _NoPandas:
    """A finder of modules that finds no pandas."""

    def find_spec(self, name: str, *_: Any) -> None:
        """Nothing, for any other module."""
        if name == "pandas":
            raise ModuleNotFoundError("pandas is not loaded here", name=name)


def lean_arrow() -> None:
    """Keep Arrow small in this process and its workers, where it is not loaded yet.

    The pool of the system gives back what a piece needed, the default one keeps it. pyarrow loads pandas, where that is
    installed, to see whether a list is a series: 60 MB for nothing.
    """
    if "pyarrow" in sys.modules or "pandas" in sys.modules:
        return
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    sys.meta_path.insert(0, _NoPandas())


def open_source(path: Path) -> Source:
    """The lines of a record file or a Parquet file. Raises OddListError where it must be read whole, GoufuError otherwise."""
    lean_arrow()
    if path.suffix.lower() == ".parquet":
        return ParquetLines(path)
    return Records(survey(path))


# -- in a worker ---------------------------------------------------------------------------------------------------

_task: Task | None = None


def _begin(task: Task) -> None:
    """What a worker sets up once; it has one thread for arithmetic, as there is a worker for each processor."""
    import signal

    from goufu.cli.shared.worker_limits import limit_memory

    global _task
    _task = task
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    lean_arrow()
    set_limits(task.limits)
    limit_memory()
    set_language(task.lang)
    set_headings(task.heads)


def _in_worker(piece: Any) -> Done:
    assert _task is not None
    return judge_piece(_task, piece)


def judge_piece(task: Task, piece: Any) -> Done:
    """Read, judge and encode one piece. Raises OddListError where its rows cannot be understood by themselves."""
    with collector_waits():
        return _done(task, piece)


def _done(task: Task, piece: Any) -> Done:
    tally = Tally()
    name = task.plan.file if task.plan else ""

    def judge(items: Any) -> tuple[Assessment, ...]:
        one = audit_disclosure(Disclosure(name, items=tuple(items)), task.how)
        for f in one.findings:
            if not f.silenced:
                tally.once[f"{f.rule} {f.severity}"] = 1
        return one.assessments

    lines, remarks = _given(task.plan, piece)
    rows = outcomes(lines, judge)
    tally.count([row.assessment for row in rows if row.assessment is not None])
    tally.failed = sum(1 for row in rows if row.assessment is None)
    tally.left_out = sum(1 for one in remarks if one.level == "error" and one.kind == "row")
    told = [
        (
            f"{one.place.text('zh') if one.place else name}：{one.text}",
            f"{one.place.text('en') if one.place else name}: {one.english}",
        )
        for one in remarks
        if one.level == "error" or (one.level == "warning" and one.kind in TOLD)
    ]
    if task.plan is None:
        told += [(f"{row.item.id}：{row.error}", f"{row.item.id}: {row.error}") for row in rows if row.error]
    return Done([row.item.id for row in rows], encode(task.kind, rows), tally, told[: _TELL + 1])


def _given(plan: Plan | None, piece: Any) -> tuple[list[Given], tuple[Remark, ...]]:
    """The lines of a piece, and the remarks on those left out."""
    if plan is None:
        import pyarrow as pa

        from goufu.arrow import columns_of, lines_of

        batch = pa.ipc.open_stream(piece).read_next_batch()
        return lines_of(batch, columns_of(batch.schema.names)), ()
    read = items_of(plan, piece)
    cut = shortened(Disclosure(plan.file, items=read.items, remarks=read.remarks))
    return [Given(item) for item in cut.items], cut.remarks


# -- in the process that sees all ----------------------------------------------------------------------------------


def _pool(task: Task, jobs: int) -> ProcessPoolExecutor:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    return ProcessPoolExecutor(jobs, get_context("spawn"), _begin, (task,))


def _judged(task: Task, source: Source, skip: int, jobs: int) -> Iterator[Done]:
    """The pieces in their order, judged by as many workers as asked; by this process where that is one."""
    waiting = source.pieces(skip)
    if jobs == 1:
        for piece in waiting:
            yield judge_piece(task, piece)
        return
    from concurrent.futures.process import BrokenProcessPool

    under_way: deque[tuple[Any, Future[Done]]] = deque()
    broken = 0
    pool = _pool(task, jobs)
    try:
        while True:
            while len(under_way) < jobs * _AHEAD and (piece := next(waiting, None)) is not None:
                under_way.append((piece, pool.submit(_in_worker, piece)))
            if not under_way:
                return
            try:
                done = under_way[0][1].result()
            except BrokenProcessPool:
                broken += 1
                if broken > 2:
                    raise GoufuError(
                        "处理它的进程一再中断（超出内存上限，或程序库出错）；已完成的部分保留，可加 --resume 续做。",
                        "The processes that judge it ended again and again (beyond their memory, or a fault in a library); what is done is kept, go on with --resume.",
                    ) from None
                pool.shutdown(wait=False, cancel_futures=True)
                pool = _pool(task, jobs)
                under_way = deque((piece, pool.submit(_in_worker, piece)) for piece, _ in under_way)
                continue
            broken = 0
            under_way.popleft()
            yield done
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


@dataclass
class _State:
    """How far a run has come: what the checkpoint holds."""

    pieces: int = 0
    rows: int = 0
    offset: int = 0
    told: int = 0
    tally: Tally = field(default_factory=Tally)
    today: str = ""


def stream(source: Source, output: Path, how: Settings, jobs: int = 1, resume: bool = False) -> Tally:
    """Judge all lines of `source` into `output` (by its ending one of `STREAMED`); what they come to.

    With `resume` a run that was stopped goes on, if it was of the same input, data and options. Raises OddListError
    where the input must be read whole (nothing is left behind), GoufuError where it cannot be read or written.
    """
    look_now_and_then()
    kind = output.suffix.lower()
    part = output.with_name(f".{output.name}.part")
    book = output.with_name(f".{output.name}.checkpoint")
    key = fingerprint(how, source.digest, kind, PIECE)
    state = (_known(book, part, key) if resume else None) or _State(today=how.today.isoformat())
    how = replace(how, today=date.fromisoformat(state.today))
    task = Task(source.plan, how, kind, language(), headings(), dict(limits_raised()))
    with _locked(part):
        try:
            sink = open_sink(kind, part, state.offset)
        except OSError as error:
            raise _unwritable(error, output) from None
        try:
            _run(source, sink, task, state, jobs, lambda: _write_down(book, key, state, sink))
            sink.finish(output)
        except OddListError:
            sink.close()
            part.unlink(missing_ok=True)
            book.unlink(missing_ok=True)
            raise
        except OSError as error:
            sink.close()
            raise _unwritable(error, output) from None
        except BaseException:
            sink.close()
            raise
        book.unlink(missing_ok=True)
    if os.name != "nt":
        output.chmod(created_mode())
    return state.tally


def _run(
    source: Source, sink: Sink, task: Task, state: _State, jobs: int, write_down: Callable[[], None]
) -> None:
    from goufu.cli.shared.progress import rate_of_lines

    seen = SeenIds()
    if state.pieces and not source.keeps_ids:
        for some in sink.ids():
            seen.keep(some)
    if state.pieces:
        note(f"从第 {state.rows + 1:,} 项续做", f"going on at item {state.rows + 1:,}")
    else:
        for one in source.remarks:
            if one.level == "error" or (one.level == "warning" and one.kind in TOLD):
                where = one.place.text("zh") if one.place else ""
                note(f"{where}：{one.text}", f"{where}: {one.english}")
    last = time.monotonic()
    with rate_of_lines(source.rows, min(state.pieces * PIECE, source.rows)) as step:
        for done in _judged(task, source, state.pieces, jobs):
            ids = done.ids if source.keeps_ids else seen.unique(done.ids)
            sink.write(ids, done.body)
            state.pieces += 1
            state.rows += len(ids)
            state.tally.add(done.tally)
            for zh, en in done.remarks:
                state.told += 1
                if state.told <= _TELL:
                    note(zh, en)
            step(min(PIECE, source.rows - (state.pieces - 1) * PIECE))
            if time.monotonic() - last > _PAUSE:
                write_down()
                last = time.monotonic()
    if state.told > _TELL:
        note(f"另有 {state.told - _TELL}（或更多）处未逐一列出", f"{state.told - _TELL} or more not shown")


def _write_down(book: Path, key: str, state: _State, sink: Sink) -> None:
    """The checkpoint, whole or not at all, once what it speaks of is on the disk."""
    state.offset = sink.offset()
    held = {**vars(state), "tally": state.tally.plain(), "key": key}
    beside = book.with_suffix(".new")
    beside.write_text(json.dumps(held, ensure_ascii=False), encoding="utf-8")
    beside.replace(book)


def _known(book: Path, part: Path, key: str) -> _State | None:
    """What the checkpoint says, where it is of this very run; None, with a message, where there is none."""
    try:
        held = json.loads(book.read_text(encoding="utf-8"))
        same = held.pop("key") == key and part.stat().st_size >= held["offset"]
        state = _State(**{**held, "tally": restored(held["tally"])})
    except FileNotFoundError:
        note("没有可续做的记录，从头开始", "nothing to go on with; beginning anew")
        return None
    except (OSError, ValueError, TypeError, KeyError):
        same, state = False, _State()
    if not same:
        note(
            "上次的输入、目录数据或选项与这次不同，从头开始",
            "the input, the catalog data or the options were others last time; beginning anew",
        )
        return None
    return state


@contextlib.contextmanager
def _locked(part: Path) -> Iterator[None]:
    """No two runs write one output. Raises GoufuError where another does, or the folder cannot be written."""
    try:
        handle = os.open(part, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise _unwritable(error, part) from None
    try:
        if sys.platform != "win32":
            import fcntl

            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise GoufuError(
                    "另一个 goufu 正在写同一个文件，请等它结束。",
                    "Another goufu is writing the same file; wait for it to end.",
                    str(part),
                ) from None
            except OSError:
                pass  # a file system without locks
        yield
    finally:
        os.close(handle)


def _unwritable(error: OSError, path: Path) -> GoufuError:
    zh, en = os_reason(error)
    return GoufuError(
        f"无法写入：{zh}；已完成的部分保留，腾出空间后可加 --resume 续做",
        f"cannot be written: {en}; what is done is kept, go on with --resume",
        str(path),
    )
