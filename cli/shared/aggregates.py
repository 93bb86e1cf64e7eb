"""Figures of a Parquet file of judged lines, by DuckDB, which reads it by columns and never holds it.

Places come from columns `province`, `city`, `county` where there are any (also as folders, `province=山西省/…`); else they
are read off the department's name (山西省吕梁市孝义市城市管理局). What no name tells stands under 未注明.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from goufu.catalog.characters import sound
from goufu.catalog.errors import GoufuError
from goufu.cli.shared.output import say

#: departments on the page, the largest first; of the rest each county has a line
MOST_DEPARTMENTS = 12_000
_CODES, _CHANGES, _OUTLIERS = 300, 100, 150

_PLACE = re.compile(
    r"(?P<province>[\u4e00-\u9fff]{2,8}?(?:省|自治区))?(?P<city>[\u4e00-\u9fff]{1,7}?(?:市|地区|自治州|盟)(?!场|容|政|民|监))?"
    r"(?P<county>[\u4e00-\u9fff]{1,7}?(?:县|(?<!城)市|区|旗)(?!场|容|政|民|监|域|划))?"
)


@dataclass
class Aggregates:
    """What the lines of a file come to; amounts in 万元. `tree` has (place…, department, year, figures…) rows.

    `rest` counts the departments that are not listed one by one.
    """

    lines: int = 0
    errors: int = 0
    years: list[int] = field(default_factory=list)
    tree: list[tuple[Any, ...]] = field(default_factory=list)
    rest: int = 0
    rules: list[tuple[Any, ...]] = field(default_factory=list)
    codes: list[tuple[Any, ...]] = field(default_factory=list)
    changes: list[tuple[Any, ...]] = field(default_factory=list)
    outliers: list[tuple[Any, ...]] = field(default_factory=list)


def region_of(department: str) -> tuple[str, str, str]:
    """Province, city and county that a department's name begins with, "" for what it does not say.

    A single 市 is a county-level place unless a county follows: 孝义市 in 孝义市城市管理局.
    """
    found = _PLACE.match(department)
    if found is None:
        return "", "", ""
    province, city, county = (found[name] or "" for name in ("province", "city", "county"))
    return (province, "", city) if city and not county else (province, city, county)


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def aggregates(source: Path) -> Aggregates:
    """The figures of the Parquet file or folder. Raises GoufuError where it is none, or none of goufu's."""
    try:
        import duckdb
    except ImportError:
        raise GoufuError(
            '总览需要另装：pip install "goufu[overview]"',
            'The overview needs an extra: pip install "goufu[overview]"',
        ) from None
    if not source.exists():
        raise GoufuError("没有这个文件或文件夹。", "There is no such file or folder.", sound(str(source)))
    if source.is_file() and not _is_parquet(source):
        raise GoufuError(
            "不是 Parquet 文件。总览读 goufu 写的 Parquet：先运行 goufu classify 文件 -o 结果.parquet",
            "No Parquet file. The overview reads a Parquet of goufu's: first run goufu classify FILE -o out.parquet",
            sound(str(source)),
        )
    files = str(source / "**" / "*.parquet") if source.is_dir() else str(source)
    base = duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    try:
        base.execute("set memory_limit = '1GB'")
        lines = base.read_parquet(files, hive_partitioning=source.is_dir(), union_by_name=True)
        missing = {"department", "title", "amount_wan", "status", "findings", "gov_service"} - set(
            lines.columns
        )
        if missing:
            raise GoufuError(
                f"不是 goufu 的结果：缺少 {'、'.join(sorted(missing))}",
                f"This is no output of goufu: it lacks {', '.join(sorted(missing))}",
                sound(str(source)),
            )
        lines.create_view("given")
        return _counted(base, set(lines.columns))
    except duckdb.Error as error:
        raise GoufuError(
            f"Parquet 无法读取：{str(error).splitlines()[0][:200]}",
            f"The Parquet cannot be read: {str(error).splitlines()[0][:200]}",
            sound(str(source)),
        ) from None
    finally:
        base.close()


def _counted(base: Any, columns: set[str]) -> Aggregates:
    places = ", ".join(
        name if name in columns else f"'' as {name}" for name in ("province", "city", "county")
    )
    base.execute(
        "create view lines as select coalesce(department, '') as body, year, title, amount_wan as amount, status, decision, "
        "gov_service, gov_service_catalog_code as code, gov_service_catalog_name as name, findings, error, "
        f"{places} from given"
    )
    found = Aggregates()
    found.lines, found.errors = base.execute("select count(*), count(error) from lines").fetchone()
    found.years = [
        year
        for (year,) in base.execute(
            "select distinct year from lines where year is not null order by 1"
        ).fetchall()
    ]
    _fill_tree(base, found)
    found.rules = base.execute(
        "select f.rule, f.severity, count(*), count(distinct body), coalesce(sum(amount), 0)::double from "
        "(select body, amount, unnest(findings) as f from lines) where f.silenced is null group by all order by 3 desc, 1, 2"
    ).fetchall()
    found.codes = base.execute(
        f"select code, any_value(name), count(*), count(distinct body), coalesce(sum(amount), 0)::double as spent from lines "
        f"where code is not null group by code order by spent desc, code limit {_CODES}"
    ).fetchall()
    if len(found.years) > 1:
        before, after = found.years[-2:]
        found.changes = base.execute(
            f"select code, any_value(name), coalesce(sum(amount) filter (year = {before}), 0)::double as a, "
            f"coalesce(sum(amount) filter (year = {after}), 0)::double as b, count(*) filter (year = {before}), "
            f"count(*) filter (year = {after}) from lines where code is not null and year in ({before}, {after}) "
            f"group by code order by abs(b - a) desc, code limit {_CHANGES}"
        ).fetchall()
    found.outliers = base.execute(
        "with by_code as (select title, coalesce(code, '') as code, any_value(coalesce(name, '')) as name, count(*) as n, "
        "min(body) as example from lines where status is not null and gov_service is not false group by 1, 2), "
        "ranked as (select *, sum(n) over (partition by title) as whole, count(*) over (partition by title) as kinds, "
        "row_number() over (partition by title order by n desc, code) as place from by_code) "
        "select a.title, a.code, a.name, a.n, b.code, b.name, b.n, b.example from ranked a join ranked b on a.title = b.title "
        "and a.place = 1 and b.place > 1 where a.n >= 3 and a.n >= 2 * b.n and a.code <> '' "
        f"order by a.n::double / b.n desc, a.title, b.code limit {_OUTLIERS}"
    ).fetchall()
    return found


def _fill_tree(base: Any, found: Aggregates) -> None:
    """The rows of places, departments and years, the departments beyond the largest added up by county."""
    rows = base.execute(
        "select province, city, county, body, coalesce(year, 0), count(*), coalesce(sum(amount), 0)::double, "
        "coalesce(sum(amount) filter (gov_service), 0)::double, count(*) filter (status = 'listed'), "
        "count(*) filter (status = 'unlisted'), count(*) filter (decision = 'review'), "
        "coalesce(sum(len(list_filter(findings, lambda f: f.severity = 'error' and f.silenced is null))), 0)::bigint, "
        "coalesce(sum(len(list_filter(findings, lambda f: f.severity = 'warning' and f.silenced is null))), 0)::bigint "
        "from lines group by all"
    ).fetchall()
    unknown = say("未注明", "not given")
    placed = []
    for province, city, county, body, *figures in rows:
        if not (province or city or county):
            province, city, county = region_of(body)
        placed.append((province or unknown, city or unknown, county or unknown, body or unknown, *figures))
    spent: dict[tuple[str, ...], float] = defaultdict(float)
    for row in placed:
        spent[row[:4]] += row[6]
    named = set(sorted(spent, key=lambda key: (-spent[key], key))[:MOST_DEPARTMENTS])
    found.rest = len(spent) - len(named)
    summed: dict[tuple[Any, ...], list[float]] = {}
    for row in placed:
        body = row[3] if row[:4] in named else say("（其余部门）", "(other departments)")
        into = summed.setdefault((*row[:3], body, row[4]), [0] * 8)
        for n, figure in enumerate(row[5:]):
            into[n] += figure
    found.tree = [(*key, *figures) for key, figures in sorted(summed.items())]
