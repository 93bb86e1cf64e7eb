"""What can go wrong with a store, each in one sentence that says what to do."""

from __future__ import annotations

from goufu.catalog.errors import GoufuError


class StoreError(GoufuError):
    """The store cannot be opened, read or written."""


class ConflictError(StoreError):
    """Somebody decided otherwise in the meantime; nothing was overwritten."""


class NoSuchRunError(StoreError):
    """There is no run, item or precedent of that number."""
