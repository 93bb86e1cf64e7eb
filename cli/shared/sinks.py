"""Outputs that grow line by line and survive a kill: JSON Lines, CSV and Parquet, written beside their place first.

A worker `encode`s the lines of a piece, all but their ids, which only the one process that sees all pieces can settle;
that process `write`s them in order. Until the end everything stands in a part file to which is only ever added, so that
a stopped run goes on at any offset. Parquet, which cannot be added to, is kept as Arrow messages in the part file and
made from them as they come; made again from the same messages it is the same file.
"""

from __future__ import annotations

import csv
import io
import json
import os
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from goufu.cli.shared.output import csv_cell, headings, language

if TYPE_CHECKING:
    from goufu.outcomes import Outcome

#: the fields of a record, in the order of the record contract
FIELDS = (
    *("id", "department", "unit", "year", "title", "amount_wan", "sections", "versions", "reference_date"),
    *("nature", "nature_score", "status", "decision", "certainty", "codes", "elsewhere", "findings"),
    *(
        "gov_service",
        "gov_service_type",
        "gov_service_catalog_code",
        "gov_service_catalog_name",
        "parts",
        "gap",
    ),
    *("economic_class", "government_economic_class", "functional_class", "project_class", "procured"),
    *("procurement_item", "procurement_method", "term", "precedent", "learned", "department_note", "error"),
)
#: pieces that make one row group of a Parquet file
_GROUP = 16

#: what a worker hands over of a piece: a text a line without its id, or an Arrow message
Body = list[str] | bytes


class Sink(Protocol):
    """One output under way."""

    def write(self, ids: Sequence[str], body: Body) -> None:
        """Add the lines of a piece under these ids."""
        ...

    def offset(self) -> int:
        """Bytes of the part file that hold, once this returns, whatever happens to this process."""
        ...

    def ids(self) -> Iterator[list[str]]:
        """The ids that were written before this run went on."""
        ...

    def finish(self, output: Path) -> None:
        """Put the whole in its place."""
        ...

    def close(self) -> None:
        """Let go of the files; the part file stays."""
        ...


def encode(kind: str, rows: Sequence[Outcome]) -> Body:
    """The lines of a piece as `kind` (`.jsonl`, `.csv`, `.parquet`) has them."""
    if kind == ".jsonl":
        encoder = json.JSONEncoder(ensure_ascii=False)
        return [
            encoder.encode({k: v for k, v in row.record(language()).items() if k != "id"})[1:] for row in rows
        ]
    if kind == ".csv":
        if headings() == "zh":
            from goufu.cli.render.headings import value
        else:
            value = _as_it_is  # type: ignore[assignment]
        writer = csv.writer(_Echo(), lineterminator="\n")
        records = (row.record(language()) for row in rows)
        return [
            writer.writerow([csv_cell(value(key, record.get(key))) for key in FIELDS[1:]])
            for record in records
        ]
    from goufu.arrow import result_batch

    return _packed(result_batch(rows))


def _packed(batch: Any) -> bytes:
    """A batch of judgements as an Arrow stream, by one thread: more would each keep memory of their own."""
    import pyarrow as pa

    buffer = io.BytesIO()
    options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
    with pa.ipc.new_stream(buffer, batch.schema, options=options) as stream:
        stream.write_batch(batch)
    return buffer.getvalue()


def _unpacked(data: bytes) -> Any:
    import pyarrow as pa

    return pa.ipc.open_stream(data, options=pa.ipc.IpcReadOptions(use_threads=False)).read_next_batch()


def open_sink(kind: str, part: Path, offset: int) -> Sink:
    """The output whose part file is `part`, gone on with at `offset` (0: begun anew). Raises OSError."""
    stream = part.open("r+b" if offset else "w+b")
    stream.truncate(offset)
    stream.seek(offset)
    return _Parquet(stream, part) if kind == ".parquet" else _Text(stream, part, kind)


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _as_it_is(_: str, found: Any) -> Any:
    return found


class _Text:
    def __init__(self, stream: BinaryIO, part: Path, kind: str) -> None:
        self._stream, self._part, self._kind = stream, part, kind
        self._begun = stream.tell()
        if not self._begun and kind == ".csv":
            stream.write(b"\xef\xbb\xbf" + ",".join(_heads()).encode() + b"\n")

    def write(self, ids: Sequence[str], body: Body) -> None:
        if self._kind == ".jsonl":
            lines = (
                f'{{"id": {json.dumps(i, ensure_ascii=False)}, {rest}\n'
                for i, rest in zip(ids, body, strict=True)
            )
        else:
            writer = csv.writer(_Echo(), lineterminator="")
            lines = (f"{writer.writerow([csv_cell(i)])},{rest}" for i, rest in zip(ids, body, strict=True))
        self._stream.write("".join(lines).encode("utf-8"))

    def offset(self) -> int:
        self._stream.flush()
        os.fsync(self._stream.fileno())
        return self._stream.tell()

    def ids(self) -> Iterator[list[str]]:
        some: list[str] = []
        with self._part.open(encoding="utf-8", newline="") as stream:
            lines: Iterator[str]
            if self._kind == ".csv":
                rows = csv.reader(stream)
                next(rows, None)
                lines = (row[0][1:] if row[0] == csv_cell(row[0][1:]) else row[0] for row in rows)
            else:
                decoder = json.JSONDecoder()
                lines = (decoder.raw_decode(line, 7)[0] for line in stream)
            for name in lines:
                some.append(name)
                if len(some) == 10_000:
                    yield some
                    some = []
        yield some

    def finish(self, output: Path) -> None:
        self._stream.flush()
        self._stream.close()
        self._part.replace(output)

    def close(self) -> None:
        self._stream.close()


def _heads() -> list[str]:
    if headings() == "zh":
        from goufu.cli.render.headings import heading

        return [heading(key) for key in FIELDS]
    return list(FIELDS)


class _Parquet:
    """The part file holds Arrow streams, each behind its length in eight bytes; the Parquet file grows beside it."""

    def __init__(self, stream: BinaryIO, part: Path) -> None:
        import pyarrow.parquet as pq

        from goufu.arrow import RESULT

        self._stream, self._part = stream, part
        self._made = part.with_suffix(".parquet")
        self._begun = stream.tell()
        self._waiting: list[Any] = []
        self._writer = pq.ParquetWriter(self._made, RESULT, compression="zstd")
        for batch in self._batches():
            self._add(batch)

    def _batches(self) -> Iterator[Any]:
        """What the part file held when this run went on."""
        with self._part.open("rb") as stream:
            while stream.tell() < self._begun:
                (length,) = struct.unpack("<Q", stream.read(8))
                yield _unpacked(stream.read(length))

    def write(self, ids: Sequence[str], body: Body) -> None:
        import pyarrow as pa

        from goufu.arrow import RESULT

        assert isinstance(body, bytes)
        batch = _unpacked(body)
        if batch.column(0).to_pylist() != list(ids):
            batch = batch.set_column(0, RESULT.field(0), pa.array(ids, pa.string()))
            body = _packed(batch)
        self._stream.write(struct.pack("<Q", len(body)))
        self._stream.write(body)
        self._add(batch)

    def _add(self, batch: Any) -> None:
        self._waiting.append(batch)
        if len(self._waiting) == _GROUP:
            self._write_group()

    def _write_group(self) -> None:
        import pyarrow as pa

        table = pa.Table.from_batches(self._waiting)
        self._waiting = []
        self._writer.write_table(table, row_group_size=max(table.num_rows, 1))

    def offset(self) -> int:
        self._stream.flush()
        os.fsync(self._stream.fileno())
        return self._stream.tell()

    def ids(self) -> Iterator[list[str]]:
        for batch in self._batches():
            yield batch.column(0).to_pylist()

    def finish(self, output: Path) -> None:
        if self._waiting:
            self._write_group()
        self._writer.close()
        self._stream.close()
        self._made.replace(output)
        self._part.unlink(missing_ok=True)

    def close(self) -> None:
        self._writer.close()
        self._stream.close()
        self._made.unlink(missing_ok=True)
