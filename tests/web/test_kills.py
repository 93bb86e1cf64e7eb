"""kill -9 of a real server, while files are handed in and read: what was acknowledged becomes one run each."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from pathlib import Path

import pytest
from goufu.store.address import StoreAddress
from goufu.store.log import gaps
from goufu.store.runs import runs
from goufu.store.schema import open_store
from goufu.store.uploads import uploads
from servers import Server, until

pytestmark = pytest.mark.skipif(not hasattr(__import__("signal"), "SIGKILL"), reason="no SIGKILL here")


def lines(n: int, count: int = 3) -> bytes:
    """A list that nobody else hands in."""
    rows = "".join(f"甲县行政审批服务管理局,政务服务热线运行第{n}号{m},12.50,2026\n" for m in range(count))
    return ("部门,项目名称,预算金额（万元）,年度\n" + rows).encode()


def states(root: Path) -> list[str]:
    with sqlite3.connect(f"file:{root / 'goufu.db'}?mode=ro", uri=True, timeout=15) as connection:
        return [state for (state,) in connection.execute("SELECT state FROM upload")]


def settled(root: Path, acknowledged: list[str]) -> None:
    """Start once more, wait until all is read, and count: every file that was acknowledged is one run, and no two."""
    server = Server(root).ready()
    until(lambda: not {"queued", "reading"} & set(states(root)), 170)
    server.stop()
    store = open_store(StoreAddress(root / "goufu.db"))
    found = uploads(store, 1000)
    assert {one.state for one in found} == {"done"}, [(o.name, o.message) for o in found]
    names = [one.name for one in found]
    assert set(acknowledged) <= set(names)
    numbers = [one.run for one in found]
    assert len(set(numbers)) == len(numbers) == len(runs(store)) and None not in numbers
    assert {run.inputs[0].name for run in runs(store)} == set(names)
    assert gaps(store) == []
    kept = {p.name for p in (root / "web" / "uploads").iterdir()}
    assert {one.uid for one in found} <= kept and not list((root / "web" / "incoming").iterdir())
    store.engine.dispose()


def test_killed_once_after_an_upload(tmp_path: Path) -> None:
    server = Server(tmp_path).ready()
    assert server.hand_in("一.csv", lines(1)) and server.hand_in("二.csv", lines(2))
    server.kill()
    settled(tmp_path, ["一.csv", "二.csv"])


@pytest.mark.faults
def test_killed_again_and_again(tmp_path: Path) -> None:
    """Twelve rounds: three hands hand in while the server is killed at any moment of upload or reading."""
    chance = random.Random(20261128)
    acknowledged: list[str] = []
    for round_ in range(12):
        server = Server(tmp_path, "--workers", "2").ready()
        going = threading.Event()
        going.set()

        def hand(
            who: int, server: Server = server, round_: int = round_, going: threading.Event = going
        ) -> None:
            n = 0
            while going.is_set():
                name = f"{round_}-{who}-{n}.csv"
                size = 400 if n % 3 == 2 else 3
                if server.hand_in(name, lines(round_ * 10_000 + who * 1000 + n, size)):
                    acknowledged.append(name)
                n += 1
                time.sleep(0.2)

        hands = [threading.Thread(target=hand, args=(who,)) for who in range(3)]
        for one in hands:
            one.start()
        time.sleep(chance.uniform(0.3, 8))
        server.kill()
        going.clear()
        for one in hands:
            one.join()
    assert len(acknowledged) > 12
    settled(tmp_path, acknowledged)
    print(f"\n{len(acknowledged)} acknowledged in 12 rounds, all read once")


def test_a_graceful_stop_goes_on_later(tmp_path: Path) -> None:
    server = Server(tmp_path).ready()
    assert server.hand_in("一.csv", lines(1, 200))
    until(lambda: states(tmp_path) != ["queued"])
    server.stop()
    assert states(tmp_path) in (["queued"], ["done"]), "what was under way waits for the next start"
    assert "Traceback" not in (tmp_path / "log").read_text("utf-8")
