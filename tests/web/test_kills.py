"""kill -9 of a real server, while files are handed in and read: what was acknowledged becomes one run each."""

from __future__ import annotations

import contextlib
import random
import sqlite3
import threading
import time
from pathlib import Path

import pytest
from desk_example import recorded
from goufu.store.address import StoreAddress
from goufu.store.log import gaps
from goufu.store.runs import run_items, runs
from goufu.store.schema import open_store
from goufu.store.uploads import uploads
from restartable import restartable_postgres
from servers import Server, until

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not hasattr(__import__("signal"), "SIGKILL"), reason="no SIGKILL here"),
]


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
    try:
        until(
            lambda: not {"queued", "reading"} & set(states(root)), 900
        )  # reading gives way to whatever else runs
    finally:
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


class Reviewers:
    """Three people who decide the lines of a run, each a third of them, and remember what the server acknowledged."""

    def __init__(self, items: list[int], address: str = "") -> None:
        self.address, self.going = address, threading.Event()
        self.acknowledged: dict[int, str] = {}
        self.open = [items[n::3] for n in range(3)]
        self.hands: list[threading.Thread] = []

    def begin(self, address: str) -> None:
        """Go on where each one was."""
        self.address = address
        self.going.set()
        self.hands = [threading.Thread(target=self._decide, args=(own,)) for own in self.open]
        for one in self.hands:
            one.start()

    def end(self) -> None:
        """Wait until each one has its last answer."""
        self.going.clear()
        for one in self.hands:
            one.join()

    def _decide(self, own: list[int]) -> None:
        """Decide one line after another; one without an answer is asked for again, which must change nothing."""
        import httpx2

        while own and self.going.is_set():
            said = ("未列", "工程", "货物")[own[0] % 3]
            with contextlib.suppress(httpx2.TransportError):
                answer = httpx2.post(
                    f"{self.address}/api/v1/runs/1/decisions",
                    json=[{"item": own[0], "said": said}],
                    timeout=60,
                )
                if answer.status_code != 200:  # the database is away
                    time.sleep(0.1)
                    continue
                (told,) = answer.json()
                assert told["result"] in ("stored", "same"), told
                self.acknowledged[own.pop(0)] = said
            time.sleep(0.02)


def reviewed(place: StoreAddress, reviewers: Reviewers) -> int:
    """Nothing that was acknowledged is lost, nothing was decided twice, and the log tells every step; how many lines."""
    store = open_store(place)
    decided = {item.id: item.decision for item in run_items(store, 1) if item.decision is not None}
    assert set(reviewers.acknowledged) <= set(decided)
    assert len(decided) - len(reviewers.acknowledged) <= 3, "at most the one that each was waiting for"
    meant = {"未列": "unlisted", "工程": "not_applicable", "货物": "not_applicable"}
    for item, said in reviewers.acknowledged.items():
        assert (decided[item].outcome, decided[item].revision) == (meant[said], 1)
    assert gaps(store) == []
    store.engine.dispose()
    return len(reviewers.acknowledged)


def lines_of(place: StoreAddress, count: int) -> list[int]:
    """The lines of a new run in a new store."""
    store = open_store(place)
    recorded(store, count)
    found = [item.id for item in run_items(store, 1)]
    store.engine.dispose()
    return found


@pytest.mark.faults
def test_killed_in_the_middle_of_a_review(tmp_path: Path) -> None:
    """Eight rounds: three people review while the server is killed; they go on when it is there again."""
    place, chance = StoreAddress(tmp_path / "goufu.db"), random.Random(7)
    reviewers = Reviewers(lines_of(place, 1500))
    for _ in range(8):
        before = len(reviewers.acknowledged)
        server = Server(tmp_path, "--workers", "1").ready()
        reviewers.begin(server.address)
        until(lambda before=before: len(reviewers.acknowledged) > before)  # type: ignore[misc]
        time.sleep(chance.uniform(0, 3))
        server.kill()
        reviewers.end()
    assert any(reviewers.open), "they were at it to the end"
    done = reviewed(place, reviewers)
    assert done >= 8
    print(f"\n{done} decisions acknowledged in 8 rounds, none lost, none doubled")


@pytest.mark.faults
def test_the_database_restarts_in_the_middle_of_a_review(tmp_path: Path) -> None:
    """Five times: PostgreSQL goes as after a power cut while three people review; the server goes on by itself."""
    with restartable_postgres() as (url, restart):
        place, chance = StoreAddress(url=url), random.Random(8)
        reviewers = Reviewers(lines_of(place, 1500))
        server = Server(tmp_path, "--workers", "1", db=url).ready()
        reviewers.begin(server.address)
        counts: list[int] = []
        for _ in range(5):
            time.sleep(chance.uniform(0.3, 2))
            restart()
            before = len(reviewers.acknowledged)
            until(lambda before=before: len(reviewers.acknowledged) > before + 3)  # type: ignore[misc]
            counts.append(len(reviewers.acknowledged))
        reviewers.end()
        server.stop()
        done = reviewed(place, reviewers)
        assert counts == sorted(counts) and done >= counts[-1]
        assert "Traceback" not in (tmp_path / "log").read_text("utf-8")
    print(f"\n{done} decisions acknowledged over 5 restarts, none lost, none doubled")


def test_a_graceful_stop_goes_on_later(tmp_path: Path) -> None:
    server = Server(tmp_path).ready()
    assert server.hand_in("一.csv", lines(1, 200))
    until(lambda: states(tmp_path) != ["queued"])
    server.stop()
    assert states(tmp_path) in (["queued"], ["done"]), "what was under way waits for the next start"
    assert "Traceback" not in (tmp_path / "log").read_text("utf-8")
