"""Refusals of what is too much: too often, or too long at a time."""

from __future__ import annotations

from goufu.catalog.errors import GoufuError


class TooOftenError(GoufuError):
    """A token asked more often than it may; `wait` is after how many seconds it may again."""

    def __init__(self, wait: int) -> None:
        super().__init__(
            f"请求过于频繁，请在 {wait} 秒后再试。", f"Too many requests; try again in {wait} seconds."
        )
        self.wait = wait


class TooLongError(GoufuError):
    """More was sent than one request may hold."""
