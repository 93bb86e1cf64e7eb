"""Budget lines classified on Spark, through `mapInArrow`: an adapter of `goufu.arrow.classify_batches`, no scheduler.

goufu itself (code, catalogs, index) is shipped to the executors as one archive, so that they need neither goufu nor a
network nor a home folder; they need the packages that goufu needs, as `pip install "goufu[spark]"` brings them. What is
wrong with a line stands in its field `error` and never fails a task. Needs `goufu[spark]` and a Java of 17 or newer.
"""

from __future__ import annotations

import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import goufu
from goufu.catalog.errors import GoufuError

try:
    from pyspark.errors import PySparkException
    from pyspark.sql import DataFrame, SparkSession
except ImportError:
    raise GoufuError(
        '在 Spark 上运行需要另装：pip install "goufu[spark]"',
        'Spark needs an extra: pip install "goufu[spark]"',
    ) from None

#: the name of the archive on the executors
_ARCHIVE = "goufu_shipped"
#: the rooms that an installed goufu holds
_ROOMS = ("catalog", "disclosure", "matcher", "data")
#: partitions for each core, so that a slow or lost executor costs little
_PER_CORE = 4


def classify_frame(
    frame: DataFrame, *, department: str = "", year: int | None = None, on: date | None = None
) -> DataFrame:
    """For each row of `frame` (a budget line, columns as in a record file) its judgement (docs/arrow.md), lazily.

    The options are those of `goufu.classify`. Rows come out partition for partition in their order. Raises GoufuError
    where the columns are not understood.
    """
    from pyspark.sql.pandas.types import from_arrow_schema

    from goufu.arrow import RESULT, columns_of

    columns = columns_of(frame.columns)
    ship(frame.sparkSession, on)
    options: dict[str, Any] = {"department": department, "year": year, "on": on, "today": date.today()}

    def judge(batches: Iterable[Any]) -> Iterator[Any]:
        # runs on an executor, which knows nothing of goufu before
        from pyspark import SparkFiles

        shipped = SparkFiles.get(_ARCHIVE)
        if shipped not in sys.path:
            sys.path.insert(0, shipped)
        from goufu.arrow import classify_batches

        return classify_batches(batches, cache=Path(shipped, "cache"), **options)

    return frame.select(*columns.names).mapInArrow(judge, from_arrow_schema(RESULT))


def ship(session: SparkSession, on: date | None = None) -> None:
    """Send goufu to all executors of a session, once. `on` is a reference date whose index is sent along with those of the
    years about today's."""
    context = session.sparkContext
    if any(url.endswith(f"#{_ARCHIVE}") for url in context.listArchives):
        return
    folder = Path(tempfile.mkdtemp(prefix="goufu-spark-"))
    context.addArchive(f"{_packed(folder, on)}#{_ARCHIVE}")


def _packed(folder: Path, on: date | None) -> Path:
    """goufu in its installed shape with the index files beside it, as a zip."""
    from goufu.catalog.load import load_catalogs
    from goufu.matcher.index.corpus import open_corpus

    today = date.today()
    days = {on, *(date(today.year + n, 1, 1) for n in (-1, 0, 1))} - {None}
    for day in sorted(filter(None, days)):
        open_corpus(load_catalogs(), day, folder / "cache").wording  # noqa: B018 (its file is made when it is first read)
    path = folder / "goufu.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        own = Path(goufu.__file__).parent
        rooms = {room: next(p for p in (own / room, own.parent / room) if p.is_dir()) for room in _ROOMS}
        for inside, root in {"": own, **rooms}.items():
            for file in sorted(root.rglob("*")):
                if file.is_file() and "__pycache__" not in file.parts:
                    out.write(file, Path("goufu", inside, file.relative_to(root)))
        for file in sorted((folder / "cache").glob("*")):
            out.write(file, Path("cache", file.name))
    return path


@dataclass(frozen=True)
class Counts:
    """What a run came to: lines, and those with something in `error`."""

    lines: int
    errors: int


def classify_files(source: str, output: str, master: str, **options: Any) -> Counts:
    """Classify the Parquet at `source` into `output` (a folder of Parquet files, replaced) on the cluster `master`.

    Both are paths or addresses that the executors can open. Raises GoufuError where Spark says why it cannot.
    """
    try:
        session = SparkSession.builder.master(master).appName("goufu").getOrCreate()
    except Exception as error:  # no Java, no master: what it raises differs by version
        raise _refusal(error, master) from None
    try:
        lines = session.read.parquet(source)
        parts = _PER_CORE * max(session.sparkContext.defaultParallelism, 1)
        if lines.rdd.getNumPartitions() < parts:
            lines = lines.repartition(parts)
        classify_frame(lines, **options).write.mode("overwrite").parquet(output)
        done = session.read.parquet(output)
        return Counts(done.count(), done.where("error is not null").count())
    except PySparkException as error:
        raise _refusal(error, source) from None
    finally:
        session.stop()


def _refusal(error: Exception, where: str) -> GoufuError:
    said = str(error).strip().split("\n", 1)[0][:300]
    return GoufuError(
        f"Spark 未能完成：{said}（需要 Java 17 或更新版本，路径须各执行器都能打开）。",
        f"Spark could not do it: {said} (it needs Java 17 or newer, and paths that every executor can open).",
        where,
    )
