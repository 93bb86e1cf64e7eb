"""Where text leaves goufu for a console or a file that cannot hold every character: nothing is lost, nothing breaks.

A Chinese Windows writes GBK, others Big5 or Latin-1, a bare machine ASCII. One error handler of the output streams
serves every command: goufu's own marks become plainer ones (› becomes >), a radical or compatibility form becomes its
ordinary character, and what is left is written as its number (`\\u9fb4`), never dropped. JSON goes out in ASCII there instead, so
that it means the same whatever reads it.
"""

from __future__ import annotations

import codecs
import os
import sys
from typing import Any, TextIO

#: the name under which the handler is known to Python's codecs
HANDLER = "goufu"

#: marks of goufu's own that some encodings lack, and what stands for them
_PLAINER = {
    "›": ">", "¦": "|", "✗": "×", "×": "x", "✓": "√", "√": "v", "→": "->", "←": "<-", "—": "-", "–": "-", "─": "-",
    "│": "|", "·": "*", "…": "...", "“": '"', "”": '"', "‘": "'", "’": "'", "、": ",", "。": ".", "《": "<", "》": ">",
    "〔": "[", "〕": "]", "【": "[", "】": "]", "\u00a0": " ", "\u200b": "", "\ufeff": "",
}  # fmt: skip


def install() -> None:
    """Let stdout and stderr write any character, in whatever encoding they are.

    Where nobody chose an encoding, ASCII gives way to UTF-8, which terminals of machines without a locale show all
    the same, and so does what Windows takes for redirected output.
    """
    codecs.register_error(HANDLER, _written_otherwise)
    chosen = bool(os.environ.get("PYTHONIOENCODING"))
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is None:
            continue
        plain = _codec(stream.encoding) == "ascii" or os.name == "nt"
        if plain and not chosen:
            reconfigure(encoding="utf-8", errors=HANDLER)
        else:
            reconfigure(errors=HANDLER)


def holds_everything(stream: TextIO) -> bool:
    """Whether `stream` can write every character as it is; True for one that has no encoding."""
    encoding = getattr(stream, "encoding", None)
    return not encoding or _codec(encoding).startswith("utf")


def _codec(encoding: str | None) -> str:
    try:
        return codecs.lookup(encoding or "utf-8").name
    except LookupError:
        return ""


def _written_otherwise(error: UnicodeError) -> tuple[str | bytes, int]:
    """What stands for the characters that could not be encoded, and where to go on."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(_one(character, error.encoding) for character in text), error.end


def _one(character: str, encoding: str) -> str:
    plainer: Any = _PLAINER.get(character)
    while plainer is not None and not _fits(plainer, encoding):
        plainer = _PLAINER.get(plainer)
    if plainer is not None:
        return str(plainer)
    from goufu.catalog.characters import narrow

    same = narrow(character)
    if same != character and _fits(same, encoding):
        return same
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
