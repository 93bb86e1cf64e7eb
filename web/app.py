"""The app: routers put together, every answer guarded by the same headers, every error one sentence."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from importlib import import_module

from fastapi import FastAPI
from goufu.store.address import address_of
from goufu.store.schema import open_store
from goufu.web.api.pace import Pace
from goufu.web.folder import prepare, server_id
from goufu.web.guard import Figures, Guard
from goufu.web.identity import server_key
from goufu.web.pages import MODULES
from goufu.web.reading import Readers
from goufu.web.settings import Settings
from goufu.web.wrong import install_answers
from starlette.concurrency import run_in_threadpool


@contextlib.asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    """While the server runs, what is handed in is read."""
    settings, store = app.state.settings, app.state.store
    app.state.readers = Readers(settings, store, app.state.worker)
    await run_in_threadpool(app.state.readers.start)
    try:
        yield
    finally:
        await run_in_threadpool(app.state.readers.stop)
        store.engine.dispose()


def create_app(settings: Settings) -> FastAPI:
    """The app over the store that `settings` name, which is made where there is none.

    Nobody else may serve from the same folder meanwhile (`goufu.web.folder.held_alone`). Raises GoufuError.
    """
    app = FastAPI(title="goufu", docs_url=None, redoc_url=None, openapi_url=None, lifespan=_life)
    app.state.settings = settings
    app.state.store = open_store(address_of(settings.db))
    app.state.key = server_key(settings.folder)
    prepare(settings.folder)
    app.state.worker = server_id(settings.folder)
    app.state.figures = Figures()
    app.state.pace = Pace()
    for name in MODULES:
        app.include_router(import_module(f"goufu.web.pages.{name}").router)
    for name in ("api", "reconcile"):
        app.include_router(import_module(f"goufu.web.{name}").router)
    app.add_middleware(Guard)
    install_answers(app)
    return app
