"""Taking files in: a form with files is read piece by piece, each file written down as it arrives, none held in memory.

A file counts as handed in once its content lies in the server's folder, synced and under its final name, and its row is
recorded; only then is the request answered. A request that is too large, broken off or malformed leaves nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PureWindowsPath
from typing import IO, Any

from goufu.catalog.characters import sound
from goufu.catalog.errors import GoufuError
from goufu.store.engine import Store
from goufu.store.uploads import Content, Handed, hand_in
from goufu.web.folder import content_path, incoming_path, sync
from goufu.web.roles import Person
from goufu.web.settings import Settings
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

#: bytes of a part's headers, of a field that is no file, and fields of a form
_HEADER, _FIELD, _FIELDS = 4096, 1 << 20, 40
#: characters of a file's name that are kept
_NAME = 120


class TooMuchError(GoufuError):
    """More than one request may hand in."""


@dataclass
class _File:
    uid: str
    name: str
    path: Path
    stream: IO[bytes]
    digest: Any = field(default_factory=hashlib.sha256)
    size: int = 0


@dataclass
class Intake:
    """A form as it arrives: its fields, and its files written to the folder."""

    settings: Settings
    fields: dict[str, str] = field(default_factory=dict)
    files: list[_File] = field(default_factory=list)
    whole: bool = False
    _headers: dict[bytes, bytes] = field(default_factory=dict)
    _name: bytearray = field(default_factory=bytearray)
    _value: bytearray = field(default_factory=bytearray)
    _field: str = ""
    _text: bytearray = field(default_factory=bytearray)
    _file: _File | None = None

    def callbacks(self) -> Any:
        """The functions that the parser calls."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._gather(self._name, data[start:end]),
            "on_header_value": lambda data, start, end: self._gather(self._value, data[start:end]),
            "on_header_end": self._header,
            "on_headers_finished": self._headers_finished,
            "on_part_data": lambda data, start, end: self._data(data[start:end]),
            "on_part_end": self._end,
            "on_end": self._whole,
        }

    def _begin(self) -> None:
        self._headers = {}
        self._text = bytearray()
        self._field, self._file = "", None

    def _gather(self, into: bytearray, data: bytes) -> None:
        into += data
        if len(into) > _HEADER:
            raise TooMuchError("请求的格式不对。", "The form is not understood.")

    def _header(self) -> None:
        self._headers[bytes(self._name).lower()] = bytes(self._value)
        self._name.clear()
        self._value.clear()
        if len(self._headers) > _FIELDS:
            raise TooMuchError("请求的格式不对。", "The form is not understood.")

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._field = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" not in options:
            if len(self.fields) >= _FIELDS:
                raise TooMuchError("请求的格式不对。", "The form is not understood.")
            return
        if not options[b"filename"]:  # a field for files in which none was chosen
            self._field = ""
            return
        if len(self.files) >= self.settings.upload_files:
            raise TooMuchError(
                f"一次最多交 {self.settings.upload_files} 个文件，请分几次。",
                f"At most {self.settings.upload_files} files at a time; hand them in by portions.",
            )
        self._file = self._opened(tidy_file_name(options[b"filename"].decode("utf-8", "replace")))

    def _opened(self, name: str) -> _File:
        uid = uuid.uuid4().hex
        path = incoming_path(self.settings.folder, uid)
        made = _File(uid, name, path, path.open("xb"))
        self.files.append(made)
        return made

    def _data(self, data: bytes) -> None:
        if self._file is not None:
            self._write(self._file, data)
        elif self._field:
            self._text += data
            if len(self._text) > _FIELD:
                raise TooMuchError(
                    "粘贴的内容过长，请存为文件再交。", "What was pasted is too long; hand it in as a file."
                )

    def _write(self, file: _File, data: bytes) -> None:
        file.size += len(data)
        if file.size > self.settings.upload_mb << 20:
            raise TooMuchError(
                f"{file.name}：文件超过 {self.settings.upload_mb} MB，请拆分后再交。",
                f"{file.name}: larger than {self.settings.upload_mb} MB; split it first.",
            )
        file.digest.update(data)
        file.stream.write(data)

    def _end(self) -> None:
        if self._file is None and self._field:
            self.fields[self._field] = self._text.decode("utf-8", "replace")

    def _whole(self) -> None:
        self.whole = True

    def paste(self, name: str, text: str) -> None:
        """Take a pasted text as a file."""
        self._write(self._opened(name), text.encode())

    def keep(self) -> list[Content]:
        """Let every file survive from here on: synced, under its final name. Raises OSError."""
        kept = []
        for file in self.files:
            file.stream.flush()
            sync_stream(file.stream)
            file.stream.close()
            file.path.replace(content_path(self.settings.folder, file.uid))
            kept.append(Content(file.uid, file.name, file.size, file.digest.hexdigest()))
        sync(self.settings.folder / "uploads")
        return kept

    def drop(self) -> None:
        """Leave nothing of what arrived."""
        for file in self.files:
            with contextlib.suppress(OSError):
                file.stream.close()
            for path in (file.path, content_path(self.settings.folder, file.uid)):
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)


def sync_stream(stream: IO[bytes]) -> None:
    """Let what was written survive a loss of power."""
    import os

    os.fsync(stream.fileno())


def tidy_file_name(name: str) -> str:
    """The last part of a file's name as it may be shown and logged: no folders, no control characters, not too long.

    It is never used to open a file of the server.
    """
    last = PureWindowsPath(sound(name).replace("\x00", "")).name  # knows both kinds of slashes, and drives
    plain = "".join(c if c.isprintable() else " " for c in last)
    plain = re.sub(r"\s+", " ", plain).strip(" .") or "未命名"
    if len(plain) <= _NAME:
        return plain
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[: _NAME - len(ending) - 1]}.{ending}" if dot and len(ending) <= 10 else plain[:_NAME]


async def taken(request: Request, settings: Settings) -> Intake:
    """The form of a request with its files. The caller keeps or drops it. Raises GoufuError where it is refused."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise GoufuError("请用表单（multipart/form-data）上传文件。", "Send files as multipart/form-data.")
    intake = Intake(settings)
    parser = MultipartParser(options[b"boundary"], intake.callbacks())
    try:
        async for piece in request.stream():
            parser.write(piece)
        parser.finalize()
        if not intake.whole:  # the parser itself takes a form without its end
            raise FormParserError
    except FormParserError:
        intake.drop()
        raise GoufuError("上传没有完成，请再试。", "The upload did not arrive whole; try again.") from None
    except OSError as error:
        intake.drop()
        raise _unwritten(error) from None
    except BaseException:  # refused, broken off by the other side, or stopped
        intake.drop()
        raise
    return intake


def _unwritten(error: OSError) -> GoufuError:
    from goufu.catalog.errors import os_reason

    zh, en = os_reason(error)
    return GoufuError(f"文件没有收下：{zh}。", f"The file was not taken in: {en}.")


async def handed_in(
    request: Request, settings: Settings, store: Store, worker: str, person: Person
) -> list[Handed]:
    """The files of a request, or the text pasted into its field `text`, recorded in the queue.

    Raises GoufuError where there are none or they are refused; then nothing of them is left.
    """
    intake = await taken(request, settings)
    try:
        text = intake.fields.get("text", "")
        if text.strip():
            intake.paste("粘贴", text)
        if not intake.files:
            raise GoufuError("没有选择文件，也没有粘贴内容。", "No file was chosen and nothing was pasted.")
        options = chosen_options(intake.fields)
    except BaseException:
        intake.drop()
        raise
    return await run_in_threadpool(_record, intake, settings, store, worker, person, options)


def _record(
    intake: Intake,
    settings: Settings,
    store: Store,
    worker: str,
    person: Person,
    options: Mapping[str, Any],
) -> list[Handed]:
    try:
        files = intake.keep()
        waiting = settings.upload_waiting
        return hand_in(store, worker, person.name, person.departments, files, options, waiting)
    except OSError as error:
        intake.drop()
        raise _unwritten(error) from None
    except GoufuError:
        intake.drop()
        raise


def chosen_options(fields: Mapping[str, str]) -> dict[str, Any]:
    """What was chosen with files: department, year, day. Raises GoufuError for what is none."""
    from goufu.cli.shared.audits import settings as judged_by

    department, year, on = (" ".join(fields.get(name, "").split()) for name in ("department", "year", "on"))
    if year and not (year.isascii() and year.isdecimal() and len(year) == 4):
        raise GoufuError(f"“{year[:20]}”不是年度，应如 2026", f"'{year[:20]}' is no year such as 2026")
    chosen: dict[str, Any] = {"department": department, "year": int(year) if year else None, "on": on}
    judged_by(department or None, chosen["year"], on or None)
    return {name: value for name, value in chosen.items() if value}
