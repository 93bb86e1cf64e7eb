"""Long answers: a JSON array, or JSON Lines where the caller asks for them; either is sent as it is made."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import StreamingResponse
from goufu.catalog.errors import GoufuError
from goufu.cli.shared.output import plain

LINES = "application/x-ndjson"
#: how a route that answers by `listed` is described
DESCRIBED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "JSON array, or JSON Lines with `Accept: application/x-ndjson`",
        "content": {
            "application/json": {"schema": {"type": "array", "items": {"type": "object"}}},
            LINES: {"schema": {"type": "string"}},
        },
    }
}


def listed(request: Request, records: Iterable[Mapping[str, Any]]) -> StreamingResponse:
    """The records as they are made: JSON Lines where the request accepts them, else an array.

    What fails after the beginning ends JSON Lines with an object `error`; an array breaks off and is no JSON.
    """
    lines = LINES in request.headers.get("accept", "") or request.query_params.get("format") == "jsonl"
    return StreamingResponse(
        _lines(records) if lines else _array(records), media_type=LINES if lines else "application/json"
    )


def _text(record: Mapping[str, Any]) -> str:
    return json.dumps(plain(record), ensure_ascii=False)


def _lines(records: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    try:
        for record in records:
            yield _text(record) + "\n"
    except GoufuError as error:
        yield _text({"error": error.english, "error_zh": error.message}) + "\n"


def _array(records: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    yield "["
    for number, record in enumerate(records):
        yield (",\n" if number else "") + _text(record)
    yield "]\n"
