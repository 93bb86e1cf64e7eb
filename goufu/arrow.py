"""Budget lines as Apache Arrow: batches of lines in, batches of judgements out, one for one. Needs `goufu[arrow]`.

`classify_batches` is the one function that every engine calls (Spark's `mapInArrow`, Dask, Ray, DuckDB, a plain loop).
A line is judged by itself: neither the order of rows nor how they are cut into batches changes a result, so 同上, totals
and blanks under merged cells, which mean something only below another row, are not followed here. Nothing of one line
ends a run: what is wrong with it stands in its own field `error`.

Amounts are `decimal128(18, 2)` in 万元: sums of millions of lines come out to the cent in every engine, in any order of
adding, which float64 does not give.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goufu.catalog.errors import GoufuError
from goufu.catalog.load import collector_waits
from goufu.disclosure.formats.spreadsheet import cell_text
from goufu.disclosure.lists.combine import no_title
from goufu.disclosure.lists.headings import has_title, heading
from goufu.disclosure.lists.model import Grid
from goufu.disclosure.lists.pieces import OddListError, Settled, read_alone, settle
from goufu.disclosure.lists.sources.json_objects import object_cells, priced_keys
from goufu.disclosure.model import BudgetItem, Disclosure, Place, Remark
from goufu.disclosure.read import shortened
from goufu.outcomes import Given, Judge, Outcome, outcomes

try:
    import pyarrow as pa
except ImportError:
    raise GoufuError(
        '读写 Parquet 和 Arrow 需要另装：pip install "goufu[arrow]"',
        'Parquet and Arrow need an extra: pip install "goufu[arrow]"',
    ) from None

if TYPE_CHECKING:
    from goufu.catalog.model import CatalogVersion
    from goufu.matcher.model import Assessment

#: lines judged at a time, and lines put into columns at a time; they bound the memory of a batch however long it is
_SLICE, _ENCODED = 1024, 256

_CODE = pa.struct(
    [
        ("version", pa.string()),
        ("section", pa.string()),
        ("code", pa.string()),
        ("name", pa.string()),
        ("path", pa.list_(pa.string())),
        ("score", pa.float64()),
        ("why", pa.list_(pa.string())),
        ("also", pa.list_(pa.string())),
        ("fallback", pa.bool_()),
    ]
)
_FINDING = pa.struct(
    [
        (name, pa.string())
        for name in ("rule", "severity", "message", "basis", "evidence", "entry", "silenced")
    ]
)
_PART = pa.struct([("nature", pa.string()), ("words", pa.list_(pa.string()))])

#: the record contract in columns (docs/arrow.md); null where a record has no such key
RESULT = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        ("department", pa.string()),
        ("unit", pa.string()),
        ("year", pa.int32()),
        ("title", pa.string()),
        ("amount_wan", pa.decimal128(18, 2)),
        ("sections", pa.list_(pa.string())),
        ("versions", pa.list_(pa.string())),
        ("reference_date", pa.date32()),
        ("nature", pa.string()),
        ("nature_score", pa.float64()),
        ("status", pa.string()),
        ("decision", pa.string()),
        ("certainty", pa.float64()),
        ("codes", pa.list_(_CODE)),
        ("elsewhere", pa.list_(_CODE)),
        ("findings", pa.list_(_FINDING)),
        ("gov_service", pa.bool_()),
        ("gov_service_type", pa.string()),
        ("gov_service_catalog_code", pa.string()),
        ("gov_service_catalog_name", pa.string()),
        ("parts", pa.list_(_PART)),
        ("gap", pa.string()),
        ("economic_class", pa.string()),
        ("government_economic_class", pa.string()),
        ("functional_class", pa.string()),
        ("project_class", pa.string()),
        ("procured", pa.bool_()),
        ("procurement_item", pa.string()),
        ("procurement_method", pa.string()),
        ("term", pa.string()),
        ("precedent", pa.string()),
        ("learned", pa.string()),
        ("department_note", pa.string()),
        ("error", pa.string()),
    ]
)


def classify_batches(
    batches: Iterable[pa.RecordBatch],
    *,
    department: str = "",
    year: int | None = None,
    on: date | None = None,
    today: date | None = None,
    catalogs: tuple[CatalogVersion, ...] | None = None,
    cache: Path | None = None,
    judge: Judge | None = None,
) -> Iterator[pa.RecordBatch]:
    """For each batch of lines one of judgements (`RESULT`), row for row, made when it is asked for.

    The columns are known by their names, English or Chinese, as in a record file; the rest is passed over. An amount
    is of any type, its unit must be in its name (`amount_wan`, 金额（元）). `department`, `year` and `on` override what the lines
    say, as in `goufu.classify`; `cache` is a folder for index files (None: built in memory once a process). `judge`
    takes the place of the plain judgement, for a caller who knows precedents.

    Raises GoufuError where there is no title column or an amount has no unit; never for a line.
    """
    judge = judge or plain_judge(department, year, on, today, catalogs, cache)
    for batch in batches:
        columns = columns_of(batch.schema.names)
        slices = []
        for start in range(0, max(batch.num_rows, 1), _SLICE):
            with collector_waits():
                slices.append(result_batch(outcomes(lines_of(batch.slice(start, _SLICE), columns), judge)))
        yield slices[0] if len(slices) == 1 else pa.concat_batches(slices)


def plain_judge(
    department: str = "",
    year: int | None = None,
    on: date | None = None,
    today: date | None = None,
    catalogs: tuple[CatalogVersion, ...] | None = None,
    cache: Path | None = None,
) -> Judge:
    """The judgement without precedents. Raises UnknownNameError where `department` is not known."""
    from goufu.catalog.load import load_catalogs
    from goufu.matcher.audit import audit
    from goufu.matcher.departments import section_named

    versions = catalogs or load_catalogs()
    sections = section_named(department) if department else ()
    day = today or date.today()

    def judge(items: Sequence[BudgetItem]) -> Sequence[Assessment]:
        document = Disclosure("", items=tuple(items))
        return audit(document, versions, day, on, year, sections, cache).assessments

    return judge


@dataclass(frozen=True)
class Columns:
    """The columns of a batch that say something, by name, and how their rows are read."""

    names: tuple[str, ...]
    priced: tuple[int, ...]
    settled: Settled


def columns_of(names: Sequence[str]) -> Columns:
    """How batches with these columns are read. Raises GoufuError where there is no title, or an amount without a unit."""
    known = tuple(name for name in names if heading(name) is not None)
    if not has_title(known):
        raise no_title("Arrow", names)
    try:
        settled, _ = settle(Grid("", [(0, known)], lambda n, _: Place("", line=n), header=0))
    except OddListError as error:
        raise GoufuError(
            f"列名没有读懂：{error}；金额列请命名为 amount_wan、amount_yuan、金额（万元）或金额（元）。",
            f"The columns are not understood: {error.english}; name the amounts amount_wan or amount_yuan.",
            "Arrow",
        ) from None
    return Columns(known, tuple(priced_keys(known)), settled)


def lines_of(batch: pa.RecordBatch, columns: Columns) -> list[Given]:
    """The rows of a batch as they are read, one for one; a row that is no line keeps what it says of itself."""
    table = batch.select(list(columns.names)).to_pydict()
    objects = [dict(zip(columns.names, row, strict=True)) for row in zip(*table.values(), strict=True)]
    rows: list[tuple[int, tuple[str, ...]]] = []
    refused: dict[int, str] = {}
    for number, value in enumerate(objects):
        cells, doubts = object_cells(value, columns.names, columns.priced, _place(number, 0))
        if cells:
            rows.append((number, cells))
        else:
            refused[number] = _said(doubts)
    found: dict[int, Given] = {}
    for (number, _), (item, remarks) in zip(rows, read_alone(rows, columns.settled, _place), strict=True):
        wrong = _said([one for one in remarks if one.level == "error"])
        if item is None:
            refused[number] = wrong or _NO_LINE
        else:
            found[number] = Given(replace(item, place=None, amount_place=None), wrong)
    cut = iter(shortened(Disclosure("", items=tuple(one.item for one in found.values()))).items)
    found = {number: replace(one, item=next(cut)) for number, one in found.items()}
    return [
        found.get(number) or Given(_named(value, columns), refused[number], False)
        for number, value in enumerate(objects)
    ]


#: what is said of a total or a note that stands among the lines
_NO_LINE = "这一行是合计或说明，不是项目。 This row is a total or a note, no budget line."


def _place(number: int, _: int) -> Place:
    return Place("", line=number)


def _said(remarks: Sequence[Remark]) -> str:
    return " ".join(f"{one.text} {one.english}" for one in remarks)


def _named(value: dict[str, Any], columns: Columns) -> BudgetItem:
    """What a row that is no line says of itself."""
    header = columns.settled.header
    said = {}
    for name in ("id", "department", "unit", "title"):
        cells = (value[columns.names[n]] for n in header.of(name))
        said[name] = next((cell_text(c)[:500] for c in cells if isinstance(c, str | int)), "")
    return BudgetItem(said["id"], said["title"], said["department"], said["unit"])


def result_batch(rows: Sequence[Outcome]) -> pa.RecordBatch:
    """Outcomes as a batch of the schema `RESULT`, in their order."""
    made = [_columns(rows[n : n + _ENCODED]) for n in range(0, max(len(rows), 1), _ENCODED)]
    return made[0] if len(made) == 1 else pa.concat_batches(made)


def _columns(rows: Sequence[Outcome]) -> pa.RecordBatch:
    records = [row.record() for row in rows]
    arrays = []
    for field in RESULT:
        if field.name == "amount_wan":
            values: list[Any] = [row.item.amount_wan for row in rows]
        elif field.name == "reference_date":
            values = [row.assessment and row.assessment.reference_date for row in rows]
        else:
            values = [record.get(field.name) for record in records]
        arrays.append(_array(values, field.type))
    return pa.RecordBatch.from_arrays(arrays, schema=RESULT)


def _array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Values as an array; lists of records column by column, which is many times faster than one by one."""
    if not (pa.types.is_list(kind) and pa.types.is_struct(kind.value_type)):
        return pa.array(values, kind)
    offsets: list[int | None] = []
    flat: list[dict[str, Any]] = []
    for some in values:
        offsets.append(None if some is None else len(flat))
        flat += some or ()
    offsets.append(len(flat))
    fields = list(kind.value_type)
    children = [_array([one.get(field.name) for one in flat], field.type) for field in fields]
    inner = pa.StructArray.from_arrays(children, fields=fields)
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), inner, type=kind)


def record_of(row: dict[str, Any]) -> dict[str, Any]:
    """A row of `RESULT` (as `to_pylist` gives it) as the record contract has it in JSON: numbers, texts, nothing that is null
    and may be missing."""
    kept: dict[str, Any] = {
        name: [_without_null(one) for one in value]
        if name in ("codes", "elsewhere", "findings") and value
        else value
        for name, value in row.items()
        if value is not None or name in _ALWAYS
    }
    if kept.get("amount_wan") is not None:
        kept["amount_wan"] = float(kept["amount_wan"])
    if kept.get("reference_date") is not None:
        kept["reference_date"] = kept["reference_date"].isoformat()
    return kept


def _without_null(value: dict[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in value.items() if one is not None}


#: keys that every record of a judgement has, though null
_ALWAYS = frozenset(
    (
        *("id", "department", "unit", "year", "title", "amount_wan", "gov_service"),
        *("gov_service_type", "gov_service_catalog_code", "gov_service_catalog_name"),
    )
)
