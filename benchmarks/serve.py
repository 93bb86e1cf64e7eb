"""How `goufu serve` bears work: pages while a large file is read, and many people who review at once.

    python benchmarks/serve.py                                  # SQLite, 50 people for 20 s
    pg_virtualenv python benchmarks/serve.py --postgres         # the same on PostgreSQL

A real server on loopback, its own processes for reading; the people are threads here, each signed in. Printed are the
p95 of a page when idle, while a 60 MB file is read, and under load, errors, and whether every decision that was
acknowledged is in the store once, with the log whole.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.parse import quote

import httpx2
from goufu.catalog.load import load_catalogs
from goufu.disclosure.model import BudgetItem
from goufu.matcher.assess import assess
from goufu.store.address import address_of
from goufu.store.engine import Store
from goufu.store.log import gaps
from goufu.store.passwords import new_secret
from goufu.store.people import add_person, sign_in
from goufu.store.runs import record_run, run_items
from goufu.store.schema import open_store
from goufu.web.identity import cookie_value, server_key

ROOT = Path(__file__).parents[1]
PORT = 8437
ADDRESS = f"http://127.0.0.1:{PORT}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--lines", type=int, default=2000)
    parser.add_argument("--megabytes", type=int, default=60)
    parser.add_argument(
        "--pause", type=float, default=3, help="seconds that a person reads a line, on average"
    )
    parser.add_argument("--postgres", action="store_true", help="on the server that PGHOST names")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        db = _postgres() if asked.postgres else str(Path(folder, "goufu.db"))
        store = open_store(address_of(db))
        run = _run(store, asked.lines)
        clients = [_client(store, Path(folder), n) for n in range(asked.people)]
        server = subprocess.Popen(
            [sys.executable, "-m", "goufu", "serve", "--accounts", "--no-browser", "--port", str(PORT),
             "--folder", folder],
            cwd=ROOT, env={**os.environ, "GOUFU_DB": db}, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            _until_ready()
            page = f"/worklist/{run}/lines"
            idle = _p95(clients[0], page, lambda n: n >= 100)
            print(f"idle: p95 {idle:.0f} ms")
            _hand_in(clients[1], asked.megabytes)
            busy = _p95(clients[0], page, lambda n: n >= 20 and (n >= 200 or not _reading(clients[0])))
            print(f"while {asked.megabytes} MB are read: p95 {busy:.0f} ms, {busy / idle:.1f} × idle")
            _review(store, run, clients, asked.seconds, asked.pause)
        finally:
            server.terminate()
            server.wait(30)


def _postgres() -> str:
    user, password = quote(os.environ["PGUSER"]), quote(os.environ.get("PGPASSWORD", ""), safe="")
    host = f"{os.environ['PGHOST']}:{os.environ.get('PGPORT', '5432')}"
    name = f"goufu_serve_{os.getpid()}"
    subprocess.run(["createdb", name], check=True)
    return f"postgresql://{user}:{password}@{host}/{name}"


def _run(store: Store, lines: int) -> int:
    """A run of so many lines that differ in their titles."""
    kinds = [
        BudgetItem(f"k{n}", title, department="甲县城市管理局", unit="甲县城市管理局", year=2026)
        for n, title in enumerate(("城区道路清扫保洁服务", "办公楼维修工程", "法律顾问服务", "会议费"))
    ]
    judged = assess(kinds, load_catalogs(), today=date(2026, 1, 1))
    some = [
        replace(one, item=replace(one.item, id=f"l{n}", title=f"{one.item.title}{n}"))
        for n, one in ((n, judged[n % len(judged)]) for n in range(lines))
    ]
    return record_run(store, some, [], load_catalogs(), "测试", "0", {})


def _client(store: Store, folder: Path, number: int) -> httpx2.Client:
    """A reviewer's browser."""
    person = add_person(store, f"复核人{number}", "reviewer", (), "测试")
    word = new_secret()
    sign_in(store, person.id, "test", word)
    return httpx2.Client(
        base_url=ADDRESS, timeout=60, cookies={"goufu": cookie_value(server_key(folder), word)}
    )


def _until_ready() -> None:
    for _ in range(600):
        try:
            if httpx2.get(ADDRESS + "/health").status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.2)
    sys.exit("the server does not answer")


def _p95(client: httpx2.Client, page: str, enough: Callable[[int], bool]) -> float:
    """The 95th percentile in ms of asking for a page again and again."""
    client.get(page)
    times: list[float] = []
    while not enough(len(times)):
        begun = time.perf_counter()
        client.get(page).raise_for_status()
        times.append((time.perf_counter() - begun) * 1000)
        time.sleep(0.05)
    return quantiles(times, n=20)[18]


def _token(client: httpx2.Client) -> str:
    return client.get("/account").text.split('name="csrf" value="')[1].split('"')[0]


def _hand_in(client: httpx2.Client, megabytes: int) -> None:
    """A scan of so many megabytes: pages with pictures of noise."""
    from io import BytesIO

    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    import PIL.Image  # isort: skip

    made = BytesIO()
    canvas = Canvas(made)
    chance = random.Random(1)
    for _ in range(max(1, megabytes // 3)):
        picture = PIL.Image.frombytes("RGB", (1000, 1000), chance.randbytes(3_000_000))
        canvas.drawImage(ImageReader(picture), 0, 0, 500, 500)
        canvas.showPage()
    canvas.save()
    data = made.getvalue()
    headers = {"X-CSRF-Token": _token(client)}
    begun = time.perf_counter()
    answer = client.post("/upload", files={"files": ("扫描.pdf", data)}, headers=headers)
    assert answer.status_code == 303, answer.text
    print(f"{len(data) / 1e6:.0f} MB handed in and safe after {time.perf_counter() - begun:.1f} s")


def _reading(client: httpx2.Client) -> bool:
    return "hx-trigger" in client.get("/uploads").text


def _review(store: Store, run: int, clients: list[httpx2.Client], seconds: float, pause: float) -> None:
    """Everybody decides line after line, now and then the same ones; what was acknowledged is counted."""
    items = [item.id for item in run_items(store, run)]
    times: list[float] = []
    kept: list[int] = []
    errors: list[Any] = []
    end = time.monotonic() + seconds
    chance = random.Random(2)

    def work(client: httpx2.Client, lines: Iterator[int]) -> None:
        time.sleep(chance.uniform(0, pause))
        headers = {"X-CSRF-Token": _token(client), "HX-Request": "true"}
        for item in lines:
            if time.monotonic() > end:
                return
            form = {"said": "工程", "expected": "0"}
            page = f"/worklist/{run}/items/{item}"
            for method, address, data in (("GET", page, None), ("POST", f"{page}/decide", form)):
                begun = time.perf_counter()
                answer = client.request(method, address, data=data, headers=headers)
                times.append((time.perf_counter() - begun) * 1000)
            if answer.status_code == 200:
                kept.append(item)
            elif answer.status_code != 409:
                errors.append((answer.status_code, answer.text[:200]))
            time.sleep(chance.uniform(0.5, 1.5) * pause)  # a person reads

    orders = [random.Random(n).sample(items, len(items)) for n in range(len(clients))]
    threads = [threading.Thread(target=work, args=(c, iter(o))) for c, o in zip(clients, orders, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    decided = {item.id: item for item in run_items(store, run) if item.decision}
    lost = set(kept) - set(decided)
    print(
        f"{len(clients)} people for {seconds:.0f} s: {len(times)} answers, p95 {quantiles(times, n=20)[18]:.0f} ms, "
        f"{len(errors)} errors, {len(kept)} decisions acknowledged, {len(decided)} lines decided, {len(lost)} lost, "
        f"log {'whole' if not gaps(store) else 'with gaps'}"
    )
    for error in errors[:3]:
        print(error)


if __name__ == "__main__":
    main()
