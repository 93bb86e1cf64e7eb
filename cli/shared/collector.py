"""How often Python looks for cycles of objects: goufu hardly makes any, and a search goes over all that is held."""

from __future__ import annotations

import gc


def look_late() -> None:
    """Look for the first time when far more was made than one document comes to (1.4 million objects at most)."""
    gc.set_threshold(2_000_000)


def look_now_and_then() -> None:
    """Look as a process should that reads document after document, or runs for days."""
    gc.set_threshold(50_000)
