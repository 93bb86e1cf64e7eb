"""Ten officers at once on one PostgreSQL database, killed at random while they decide.

Each writer decides its share of the items and keeps a diary: a line after every answer it got. Some items are in two
shares with different answers, so that they must conflict. Writers are killed in the middle and started again, and
then repeat what they have no answer for. At the end the database, the diaries and the log must tell one story.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from example_runs import copies, recorded
from goufu.store.address import StoreAddress
from goufu.store.log import events, gaps
from goufu.store.precedents.keys import precedents
from goufu.store.runs import run_items
from goufu.store.schema import open_store

ROOT = Path(__file__).parents[2]
WRITERS, SHARE, DISPUTED = 10, 200, 300

_WRITER = """
import json, os, sys
from goufu.matcher.decisions.choice import Choice
from goufu.store.decisions import decide
from goufu.store.engine import connect
from goufu.store.errors import ConflictError
from goufu.store.address import address_of

name, folder, code = sys.argv[1], sys.argv[2], sys.argv[3]
share = json.load(open(f"{folder}/{name}.share"))
diary_path = f"{folder}/{name}.diary"
known = {json.loads(line)["item"] for line in open(diary_path)} if os.path.exists(diary_path) else set()
store = connect(address_of(os.environ["GOUFU_DB"]))
with open(diary_path, "a") as diary:
    for item in share:
        if item in known:
            continue
        choice = Choice("code", "service", "2025-28", "行政审批", code, "某服务")
        try:
            revision, done = decide(store, item, choice, name, 0)
            answer = {"item": item, "answer": "kept", "revision": revision, "done": done}
        except ConflictError:
            answer = {"item": item, "answer": "conflict"}
        diary.write(json.dumps(answer) + "\\n")
        diary.flush()
"""


@pytest.mark.long
def test_ten_writers_killed_at_random(postgres: StoreAddress, tmp_path: Path) -> None:
    store = open_store(postgres)
    total = WRITERS * SHARE - DISPUTED
    run = recorded(store, copies(total))
    ids = [i.id for i in run_items(store, run)]
    chance = random.Random(20260302)
    shares = split(ids, chance)
    assert sum(map(len, shares.values())) == 2000
    for name, share in shares.items():
        (tmp_path / f"{name}.share").write_text(json.dumps(share))
    kills = work(postgres, tmp_path, list(shares), chance)
    assert kills >= WRITERS, "the killing must have hit working writers"

    diaries = {name: diary(tmp_path / f"{name}.diary") for name in shares}
    assert {name: set(d) for name, d in diaries.items()} == {name: set(s) for name, s in shares.items()}
    decided = {i.id: i for i in run_items(store, run)}
    # none lost: whatever a writer was told was kept is there, in its words
    for name, answers in diaries.items():
        for item, answer in answers.items():
            standing = decided[item].decision
            assert standing is not None
            if answer["answer"] == "kept":
                assert (standing.officer, standing.code) == (name, code_of(name))
            else:
                assert standing.officer != name, "a conflict is told only where somebody else stands"
    # none doubled: every item was decided exactly once, with one precedent and one line in the log
    assert all(i.revision == 1 for i in decided.values())
    assert len(precedents(store)) == total
    log = Counter(e.item for e in events(store, run=run) if e.action == "decide")
    assert log == Counter(ids)
    assert gaps(store) == []
    # every dispute has one winner and one who was told
    told = [item for answers in diaries.values() for item, a in answers.items() if a["answer"] == "conflict"]
    assert len(told) == len(set(told)) == DISPUTED
    store.engine.dispose()


def code_of(name: str) -> str:
    return f"A15{int(name[1:]):04}"


def split(ids: list[int], chance: random.Random) -> dict[str, list[int]]:
    """2,000 decisions for ten writers, 300 of the items in two shares."""
    disputed, sole = ids[:DISPUTED], ids[DISPUTED:]
    shares: dict[str, list[int]] = {f"w{n}": [] for n in range(WRITERS)}
    names = list(shares)
    for n, item in enumerate(disputed):
        for name in (names[n % WRITERS], names[(n + 1 + n // WRITERS % 8) % WRITERS]):
            shares[name].append(item)
    rest = iter(sole)
    for name in names:
        while len(shares[name]) < SHARE:
            shares[name].append(next(rest))
        chance.shuffle(shares[name])
    assert next(rest, None) is None
    return shares


def work(place: StoreAddress, folder: Path, names: list[str], chance: random.Random) -> int:
    """Run the writers, kill working ones at random, start them again until all are done; how many were killed."""
    environment = {
        **os.environ,
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests' / 'store'}",
        "GOUFU_DB": place.url,
    }

    def start(name: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", _WRITER, name, str(folder), code_of(name)]
        return subprocess.Popen(command, env=environment, cwd=ROOT)

    running = {name: start(name) for name in names}
    to_kill = {name: chance.randint(20, SHARE - 40) for name in names}
    kills = 0
    while running:
        time.sleep(0.01)
        for name, process in list(running.items()):
            if process.poll() is not None:
                assert process.returncode in (0, -signal.SIGKILL), name
                del running[name]
                if process.returncode:
                    running[name] = start(name)
            elif name in to_kill and lines(folder / f"{name}.diary") >= to_kill[name]:
                process.kill()
                process.wait()
                kills += 1
                del to_kill[name]
                running[name] = start(name)
    return kills


def lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def diary(path: Path) -> dict[int, dict[str, object]]:
    found: dict[int, dict[str, object]] = {}
    for text in path.read_text().splitlines():
        answer = json.loads(text)
        assert answer["item"] not in found
        found[answer["item"]] = answer
    return found


@pytest.mark.parametrize("together", [4])
def test_a_new_shared_database_is_made_once_by_many(postgres: StoreAddress, together: int) -> None:
    code = "import sys\nfrom goufu.store.address import address_of\nfrom goufu.store.schema import open_store\nopen_store(address_of(sys.argv[1]))"
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests' / 'store'}"}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, postgres.url], cwd=ROOT, env=environment, stderr=subprocess.PIPE
        )
        for _ in range(together)
    ]
    for process in processes:
        _, said = process.communicate(timeout=60)
        assert process.returncode == 0, said.decode()
