"""A real server in a process of its own, to be killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    """A port that nobody has at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """`goufu serve` over a store and a folder below `root`."""

    def __init__(self, root: Path, *words: str, db: str = "", **environment: str) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = (root / "log").open("ab")
        command = [sys.executable, "-m", "goufu", "serve", "--no-browser", "--port", str(self.port)]
        command += ["--folder", str(root / "web"), "--db", db or str(root / "goufu.db"), *words]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdout=self.log, stderr=self.log, env={**os.environ, **environment}
        )

    def ready(self, seconds: float = 240) -> Server:
        """Wait until it answers."""
        import httpx2

        def answers() -> bool:
            assert self.process.poll() is None, "the server ended"
            try:
                return httpx2.get(self.address + "/health", timeout=5).status_code == 200
            except httpx2.TransportError:
                return False

        until(answers, seconds)
        return self

    def kill(self) -> None:
        """As if the power went."""
        self.process.kill()
        self.process.wait()
        self.log.close()

    def stop(self) -> None:
        """Ask it to stop, as systemd does, and wait until it did so in order: it ends by the signal, afterwards."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) in (0, -signal.SIGTERM)
        self.log.close()

    def hand_in(self, name: str, data: bytes) -> bool:
        """Hand a file in; whether the server acknowledged it."""
        import httpx2

        try:
            answer = httpx2.post(self.address + "/upload", files={"files": (name, data)}, timeout=60)
        except httpx2.TransportError:
            return False
        return answer.status_code == 303


def until(true: Callable[[], Any], seconds: float = 240) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not so after {seconds} s"
        time.sleep(0.1)
