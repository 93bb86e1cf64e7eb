"""One key at a time from the terminal, and a line where words are wanted. Lines only where there is no terminal."""

from __future__ import annotations

import os
import sys


def one_key() -> str:
    """The next key; "esc" for Escape and what terminals send for arrows and the like, "" at the end of the input.

    Raises KeyboardInterrupt for Ctrl-C. Where stdin is no terminal, the first character of the next line.
    """
    if sys.stdin is None:
        return ""
    if not sys.stdin.isatty():
        line = sys.stdin.readline()
        return line.strip()[:1] or (" " if line else "")
    return _windows() if os.name == "nt" else _posix()


def _posix() -> str:
    import select
    import termios
    import tty

    stream = sys.stdin.fileno()
    before = termios.tcgetattr(stream)
    try:
        tty.setcbreak(stream)
        data = os.read(stream, 1)
        if not data or data == b"\x04":
            return ""
        if data == b"\x1b":
            while select.select([stream], [], [], 0.02)[0]:
                os.read(stream, 32)
            return "esc"
        more = _following(data[0])
        while more > 0:
            data += os.read(stream, more)
            more = 1 + _following(data[0]) - len(data)
        return data.decode("utf-8", "replace")
    finally:
        termios.tcsetattr(stream, termios.TCSADRAIN, before)


def _following(first: int) -> int:
    """How many bytes follow the first one of a UTF-8 character."""
    return 3 if first >= 0xF0 else 2 if first >= 0xE0 else 1 if first >= 0xC0 else 0


def _windows() -> str:
    import msvcrt

    key: str = msvcrt.getwch()  # type: ignore[attr-defined, unused-ignore]
    if key in ("\x00", "\xe0"):
        msvcrt.getwch()  # type: ignore[attr-defined, unused-ignore]
        return "esc"
    if key == "\x03":
        raise KeyboardInterrupt
    return "" if key == "\x1a" else "esc" if key == "\x1b" else key


def one_line(prompt: str) -> str:
    """A line of words; "" where the officer thought better of it."""
    try:
        return input(prompt).strip() if sys.stdin is not None else ""
    except (EOFError, UnicodeDecodeError):
        return ""
