"""goufu on a real Spark cluster on loopback: a master and two workers as processes of their own, started and stopped here.

By `make spark` only. Each test that cannot run says what is missing.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.spark
pyspark = pytest.importorskip("pyspark", reason="goufu[spark] is not installed")
pa = pytest.importorskip("pyarrow", reason="goufu[arrow] is not installed")

import pyarrow.parquet as pq  # noqa: E402

from goufu.arrow import RESULT, classify_batches  # noqa: E402
from goufu.spark import classify_files, classify_frame  # noqa: E402

ROOT = Path(__file__).parents[2]
LINES = int(os.environ.get("GOUFU_SPARK_LINES", "2000"))
DEPARTMENTS = ("孝义市城市管理局", "甲县教育局", "乙县水利局", "丙县无名局")
TITLES = ("污水处理厂运行维护", "环卫清扫保洁服务", "办公楼物业管理", "河道采砂规划编制", "聘用协管员工资", "校舍改造工程", "特许经营期30年的垃圾处理")  # fmt: skip


def java_home() -> str | None:
    """A Java of 17 or newer: that of JAVA_HOME, of the path, or of Debian's packages."""
    if os.environ.get("JAVA_HOME"):
        return os.environ["JAVA_HOME"]
    if found := shutil.which("java"):
        return str(Path(found).resolve().parents[1])
    kept = sorted(Path("/usr/lib/jvm").glob("java-*-openjdk-*")) if Path("/usr/lib/jvm").is_dir() else []
    return next((str(path) for path in reversed(kept) if (path / "bin" / "java").exists()), None)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a cluster of two workers with one core each, which have no home folder and no goufu."""
    home = java_home()
    if home is None:
        pytest.skip("no Java of 17 or newer on this machine (apt-get install openjdk-17-jre-headless)")
    folder = tmp_path_factory.mktemp("cluster")
    spark = Path(pyspark.__file__).parent
    environment = {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "JAVA_HOME": home,
        "HOME": "/nonexistent",
        "SPARK_HOME": str(spark),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(folder / "local"),
        "PYSPARK_PYTHON": sys.executable,
    }
    os.environ |= {"JAVA_HOME": home, "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
    port = free_port()
    address = f"spark://127.0.0.1:{port}"
    kind = "org.apache.spark.deploy"
    first = [
        f"{kind}.master.Master",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--webui-port",
        str(free_port()),
    ]
    worker = [
        f"{kind}.worker.Worker",
        "--host",
        "127.0.0.1",
        "--cores",
        "1",
        "--memory",
        "1500m",
        "--webui-port",
        "0",
    ]
    started: list[subprocess.Popen[bytes]] = []
    try:
        for name, words in (
            ("master", first),
            *((f"worker{n}", [*worker, "--work-dir", str(folder / f"work{n}"), address]) for n in (1, 2)),
        ):
            with (folder / f"{name}.log").open("wb") as log:
                started.append(
                    subprocess.Popen(
                        [str(spark / "bin" / "spark-class"), *words],
                        env=environment,
                        cwd=folder,
                        stdout=log,
                        stderr=subprocess.STDOUT,
                        start_new_session=True,
                    )
                )
            if name == "master":
                wait_for(
                    lambda: b"I have been elected leader" in (folder / "master.log").read_bytes(), folder
                )
        wait_for(lambda: (folder / "master.log").read_bytes().count(b"Registering worker") == 2, folder)
        yield address
    finally:
        for process in started:
            os.killpg(process.pid, signal.SIGTERM)
        for process in started:
            process.wait(30)


def wait_for(there: Any, folder: Path, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not there():
        if time.monotonic() > end:
            told = "\n".join(path.read_text("utf-8")[-1500:] for path in folder.glob("*.log"))
            pytest.fail(f"the cluster did not start:\n{told}")
        time.sleep(0.2)


@pytest.fixture
def session(master: str) -> Iterator[Any]:
    from pyspark.sql import SparkSession

    made = (
        SparkSession.builder.master(master)
        .appName("goufu tests")
        .config("spark.executor.memory", "1g")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
    yield made
    made.stop()


def lines(count: int = LINES) -> Any:
    """Lines of every kind, one of them without a title and one whose amount is no figure."""
    rows = [
        {
            "id": f"{n:07d}",
            "department": DEPARTMENTS[n % 4],
            "year": 2025 + n % 2,
            "title": f"{TITLES[n % 7]}{n // 50}期",
            "amount_wan": f"{n % 900}.5",
        }
        for n in range(count)
    ]
    rows[count // 3]["title"], rows[count // 2]["amount_wan"] = "", "三万"
    return pa.Table.from_pylist(rows)


def local(table: Any) -> list[dict[str, Any]]:
    """What one process makes of the lines, in the order of their ids."""
    found = pa.Table.from_batches(list(classify_batches(table.to_batches())), RESULT).to_pylist()
    return sorted(found, key=lambda row: row["id"])


def rows_of(folder: Path) -> list[dict[str, Any]]:
    return sorted(pq.read_table(folder).cast(RESULT).to_pylist(), key=lambda row: row["id"])


def test_the_result_is_the_local_one_line_by_line(master: str, tmp_path: Path) -> None:
    table = lines()
    pq.write_table(table, tmp_path / "lines.parquet")
    done = classify_files(str(tmp_path / "lines.parquet"), str(tmp_path / "out.parquet"), master)
    found = rows_of(tmp_path / "out.parquet")
    assert found == local(table)
    assert (done.lines, done.errors) == (LINES, 2)
    wrong = [(row["id"], row["status"] is None) for row in found if row["error"]]
    assert wrong == [(f"{LINES // 3:07d}", True), (f"{LINES // 2:07d}", False)]


def test_skewed_and_tiny_partitions_change_nothing(session: Any, tmp_path: Path) -> None:
    table = lines(300)
    frame = session.createDataFrame(table.to_pandas()) if _has_pandas() else session.createDataFrame(table)
    from pyspark.sql import functions

    skewed = frame.repartition(
        40, functions.when(functions.col("id") < "0000250", 0).otherwise(functions.col("id"))
    )
    sizes = [len(part) for part in skewed.rdd.glom().collect()]
    assert max(sizes) >= 250 and 0 in sizes and 1 in sizes
    classify_frame(skewed).write.parquet(str(tmp_path / "out.parquet"))
    assert rows_of(tmp_path / "out.parquet") == local(table)


def _has_pandas() -> bool:
    from importlib.util import find_spec

    return find_spec("pandas") is not None


def test_an_executor_killed_in_the_middle_changes_nothing(session: Any, tmp_path: Path) -> None:
    table = lines()
    pq.write_table(table, tmp_path / "lines.parquet")
    frame = session.read.parquet(str(tmp_path / "lines.parquet")).repartition(24)
    tracker = session.sparkContext.statusTracker()
    killed: list[int] = []

    def kill() -> None:
        while not killed:
            stages = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
            if any(stage and stage.numTasks == 24 and 1 <= stage.numCompletedTasks < 20 for stage in stages):
                killed.append(executors()[0])
                os.kill(killed[0], signal.SIGKILL)
            time.sleep(0.05)

    before = set(executors())
    assert len(before) == 2
    watcher = threading.Thread(target=kill, daemon=True)
    watcher.start()
    classify_frame(frame).write.parquet(str(tmp_path / "out.parquet"))
    watcher.join(10)
    assert killed and killed[0] in before and killed[0] not in executors()
    assert rows_of(tmp_path / "out.parquet") == local(table)


def executors() -> list[int]:
    """The processes of executors on this machine that this cluster started."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if any(b"CoarseGrainedExecutorBackend" in word for word in words) and b"127.0.0.1" in words:
                found.append(int(entry.name))
    return sorted(found)


def test_the_command(master: str, tmp_path: Path) -> None:
    table = lines(60)
    pq.write_table(table, tmp_path / "lines.parquet")
    words = [
        "classify",
        str(tmp_path / "lines.parquet"),
        "-o",
        str(tmp_path / "out.parquet"),
        "--spark",
        master,
    ]
    done = subprocess.run(
        [sys.executable, "-m", "goufu.cli.main", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    assert "60 行" in done.stderr
    assert json.dumps(rows_of(tmp_path / "out.parquet"), default=str) == json.dumps(local(table), default=str)
