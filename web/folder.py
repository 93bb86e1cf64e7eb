"""The server's own folder: what was handed in, by a name of its own; one server at a time.

uploads/<uid>     the content of files, as they came
incoming/         what is arriving; swept at the start
secret.key        signs cookies
server.id         the name by which the queue knows this folder
serve.lock        held while a server runs
"""

from __future__ import annotations

import contextlib
import os
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

from goufu.catalog.errors import GoufuError


def content_path(folder: Path, uid: str) -> Path:
    """Where the content of an upload lies. Raises ValueError for anything that is no uid."""
    return folder / "uploads" / uuid.UUID(hex=uid).hex


def incoming_path(folder: Path, uid: str) -> Path:
    """Where the content of an upload is written while it arrives."""
    return folder / "incoming" / f"{uuid.UUID(hex=uid).hex}.part"


def server_id(folder: Path) -> str:
    """The name of this folder in the queue, made when it is first asked for."""
    path = folder / "server.id"
    with contextlib.suppress(OSError, ValueError):
        return uuid.UUID(hex=path.read_text("ascii").strip()).hex
    made = uuid.uuid4().hex
    half = path.with_suffix(".part")
    half.write_text(made, "ascii")
    sync(half)
    half.replace(path)
    return made


def sync(path: Path) -> None:
    """Let what was written to a file, or the names in a folder, survive a loss of power."""
    if path.is_dir() and sys.platform == "win32":
        return  # folders cannot be opened there; NTFS keeps a journal of names
    number = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def prepare(folder: Path) -> None:
    """Make the folders, and sweep what was arriving when a server stopped: none of it was acknowledged."""
    for name in ("uploads", "incoming"):
        (folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
    for leftover in (folder / "incoming").iterdir():
        leftover.unlink(missing_ok=True)


@contextlib.contextmanager
def held_alone(folder: Path) -> Iterator[None]:
    """Hold the folder while a server runs; given back by the system however it ends.

    Raises GoufuError where another server has it.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / "serve.lock").open("a+b") as file:
        try:
            if sys.platform == "win32":
                import msvcrt

                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise GoufuError(
                "已有一个 goufu serve 在用这个文件夹；请先停止它，或用 --folder 另指定一个",
                "another goufu serve uses this folder; stop it first, or choose another with --folder",
                str(folder),
            ) from None
        yield
