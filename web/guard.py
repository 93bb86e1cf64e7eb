"""What stands around every request: which host is asked, how much is sent, the browser's cookie, headers, a line of log.

The log names method, route, status, time and person's number; no address of a page with what was searched, no form, no
file name, no secret.
"""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from threading import Lock
from typing import Any

from goufu.cli.shared.output import set_language
from goufu.store.passwords import new_secret
from goufu.web.identity import browser_word, cookie_name, cookie_value
from goufu.web.settings import Settings
from goufu.web.view import language
from goufu.web.wrong import too_large_answer, unforeseen_answer
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: what every answer carries; a page may load its own style and scripts, and nothing else from anywhere
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
#: upper bounds in seconds of the classes of `goufu_request_seconds`
BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
logger = logging.getLogger("goufu.web")


@dataclass
class Figures:
    """What was counted since the start: answers by route and status, their times in classes."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    classes: Counter[float] = field(default_factory=Counter)
    seconds: float = 0.0
    lock: Lock = field(default_factory=Lock)

    def add(self, route: str, status: int, seconds: float) -> None:
        """Count one answer."""
        with self.lock:
            self.answers[route, status] += 1
            self.seconds += seconds
            for bound in BOUNDS:
                if seconds <= bound:
                    self.classes[bound] += 1


class TooLargeError(Exception):
    """More was sent than this address takes."""


class Guard:
    """The outermost layer of the app."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Guard one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope["app"].state
        settings = state.settings
        headers = Headers(scope=scope)
        begun = time.perf_counter()
        status, started = 500, False
        own = scope.setdefault("state", {})
        own["word"] = browser_word(state.key, _cookie(headers, cookie_name(settings)))
        own["word_is_new"] = not own["word"]
        own["word"] = own["word"] or new_secret()
        set_language(language(Request(scope)))

        async def told(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                status, started = message["status"], True
                _add_headers(MutableHeaders(scope=message), scope, own)
            await send(message)

        most = _most(settings, scope["path"])
        try:
            if settings.hosts and _host(headers) not in settings.hosts:
                await PlainTextResponse("unknown host", 421)(scope, receive, told)
            elif int(headers.get("content-length") or 0) > most:
                await too_large_answer(Request(scope))(scope, receive, told)
            else:
                await self.app(scope, _counted(receive, most), told)
        except TooLargeError:
            await too_large_answer(Request(scope))(scope, receive, told)
        except Exception as error:
            if started:
                raise
            answer = await run_in_threadpool(unforeseen_answer, Request(scope), error)
            await answer(scope, receive, told)
        finally:
            seconds = time.perf_counter() - begun
            route = _route(scope)
            state.figures.add(route, status, seconds)
            person = own.get("person")
            logger.info(
                json.dumps(
                    {
                        "method": scope["method"],
                        "route": route,
                        "status": status,
                        "ms": round(seconds * 1000, 1),
                        "person": person.id if person else 0,
                    }
                )
            )


def _most(settings: Settings, path: str) -> int:
    """Bytes that a request to this address may have: forms are small, files are not."""
    if path == "/upload":
        return (settings.upload_mb * settings.upload_files + 1) << 20
    return (settings.upload_mb << 20) if path.startswith("/api/v1/") else (settings.request_kb << 10)


def _cookie(headers: Headers, name: str) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return ""
    return found.value if found else ""


def _host(headers: Headers) -> str:
    """The name under which the server is asked, without its port."""
    host = headers.get("host", "")
    return host[: host.rfind("]") + 1] if host.startswith("[") else host.partition(":")[0].lower()


def _counted(receive: Receive, most: int) -> Receive:
    """`receive`, which refuses more than `most` bytes, whatever length was announced."""
    left = most

    async def counted() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise TooLargeError
        return message

    return counted


def _add_headers(headers: MutableHeaders, scope: Scope, own: dict[str, Any]) -> None:
    state = scope["app"].state
    if scope["path"] == "/reconcile" or scope["path"].startswith("/reconcile/"):
        _open_to_others(
            headers, Headers(scope=scope).get("origin", ""), state.settings.reconcile_origins, own
        )
    for name, value in HEADERS.items():
        if name != "X-Frame-Options" or not own.get("framed"):
            headers.setdefault(name, value)
    if state.settings.https:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    headers.setdefault("Cache-Control", "no-store")
    page = headers.get("content-type", "").startswith("text/html")
    if own.get("word_is_new") and (page or own.get("person")) and not scope["path"].startswith("/static/"):
        secure = "; Secure" if state.settings.https else ""
        value = cookie_value(state.key, own["word"])
        headers.append(
            "set-cookie",
            f"{cookie_name(state.settings)}={value}; Path=/; HttpOnly; SameSite=Lax{secure}",
        )


def _open_to_others(
    headers: MutableHeaders, origin: str, origins: tuple[str, ...], own: dict[str, Any]
) -> None:
    """Let other pages read an answer of the reconciliation service, and frame what is made for it; without cookies."""
    headers.add_vary_header("Origin")
    if "*" in origins or origin in origins:
        headers["Access-Control-Allow-Origin"] = "*" if "*" in origins else origin
        headers["Access-Control-Allow-Methods"] = "GET, POST"
        headers["Access-Control-Allow-Headers"] = "Content-Type"
    if own.get("framed"):
        policy = HEADERS["Content-Security-Policy"]
        headers["Content-Security-Policy"] = policy.replace(
            "frame-ancestors 'none'", f"frame-ancestors {' '.join(origins)}"
        )


def _route(scope: Scope) -> str:
    """The route's pattern, never the address itself, which may hold words of a search."""
    route = scope.get("route")
    return str(getattr(route, "path_format", None) or getattr(route, "path", None) or "-")
