"""The app: routers put together, every answer guarded by the same headers, every error one sentence."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from goufu.catalog.errors import GoufuError
from goufu.store.address import place_of
from goufu.store.errors import ConflictError, NoSuchRunError
from goufu.store.schema import open_store
from goufu.web.pages import MODULES
from goufu.web.people import ForbiddenError, Person, SignInError
from goufu.web.settings import Settings
from goufu.web.view import is_fragment, language, view

#: what every answer carries; a page may load its own style and scripts, and nothing else from anywhere
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def create_app(settings: Settings) -> FastAPI:
    """The app over the store that `settings` name, which is made where there is none. Raises StoreError."""
    app = FastAPI(title="goufu", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.settings = settings
    app.state.store = open_store(place_of(settings.db))
    token = secrets.token_urlsafe(24)
    app.state.identify = lambda request: Person(0, settings.owner, "administrator", csrf=token)
    for name in MODULES:
        app.include_router(import_module(f"goufu.web.pages.{name}").router)
    for name in ("api", "reconcile"):
        app.include_router(import_module(f"goufu.web.{name}").router)
    app.middleware("http")(_guard)
    app.add_exception_handler(GoufuError, _told)
    return app


async def _guard(request: Request, call: Callable[[Request], Awaitable[Response]]) -> Response:
    answer = await call(request)
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer


#: the status of each kind of error; 400 for any other
_STATUS: tuple[tuple[type[GoufuError], int], ...] = (
    (SignInError, 401),
    (ForbiddenError, 403),
    (NoSuchRunError, 404),
    (ConflictError, 409),
)


def _told(request: Request, error: Any) -> Response:
    """An error as one sentence: JSON for programs, a fragment for htmx, a page for people."""
    status = next((code for kind, code in _STATUS if isinstance(error, kind)), 400)
    if request.url.path.startswith(("/api/", "/reconcile")):
        return JSONResponse({"error": error.english, "error_zh": error.message, "where": error.where}, status)
    if status == 401 and request.method == "GET" and not is_fragment(request):
        return RedirectResponse(f"/sign-in?next={request.url.path}", 303)
    sentence = error.text(language(request))
    if is_fragment(request):
        return view(request, "said.html", status=status, sentence=sentence)
    heading = {
        401: ("请登录", "Sign in"),
        403: ("没有权限", "Not allowed"),
        404: ("没有找到", "Not found"),
    }.get(status, ("没有完成", "Not done"))
    return view(
        request, "error.html", status=status, heading=heading[language(request) == "en"], sentence=sentence
    )
