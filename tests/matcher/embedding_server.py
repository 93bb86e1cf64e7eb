"""A small OpenAI-compatible service on loopback for the tests, and the embeddings it gives.

A vector counts hashed pairs of characters, so that like texts are near; a text with the word of a `meaning` also
gets that meaning's direction, which is how a test says what means the same.
"""

from __future__ import annotations

import contextlib
import json
import threading
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SIZE = 64


def vector(text: str, meanings: Sequence[Sequence[str]] = ()) -> list[float]:
    """The embedding of a text: SIZE numbers for its pairs of characters, then one for each meaning."""
    out = [0.01] * SIZE + [0.0] * len(meanings)
    for one, two in zip(text, text[1:], strict=False):
        out[zlib.crc32((one + two).encode()) % SIZE] += 1.0
    for number, words in enumerate(meanings):
        if any(word in text for word in words):
            out[SIZE + number] = 50.0
    return out


@dataclass
class Service:
    """What the service heard, and how it is to answer: `statuses` first, one a request, then `status`."""

    address: str = ""
    heard: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    meanings: Sequence[Sequence[str]] = ()
    status: int = 200
    statuses: list[int] = field(default_factory=list)
    body: bytes | None = None
    location: str = ""

    @property
    def texts(self) -> list[str]:
        """Every text that it was sent."""
        return [text for one in self.heard for text in one["input"]]

    def answer(self, texts: Sequence[str]) -> bytes:
        """The answer to a request, last text first, as the order of `data` means nothing."""
        data = [
            {"object": "embedding", "index": n, "embedding": vector(t, self.meanings)}
            for n, t in enumerate(texts)
        ]
        return json.dumps({"object": "list", "data": data[::-1]}).encode()


@contextlib.contextmanager
def serving() -> Iterator[Service]:
    """A service on a free port of 127.0.0.1."""
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            service.heard.append(asked)
            service.headers.append(dict(self.headers))
            service.paths.append(self.path)
            status = service.statuses.pop(0) if service.statuses else service.status
            body = service.answer(asked["input"]) if service.body is None else service.body
            if status != 200 and service.body is None:
                told = f"no {asked['model']}\x1b[31m for {self.headers.get('Authorization')}"
                body = json.dumps({"error": {"message": told}}).encode()
            self.send_response(status)
            if service.location:
                self.send_header("Location", service.location)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.address = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
