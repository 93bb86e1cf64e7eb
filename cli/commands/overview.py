"""`goufu overview`: what millions of judged lines come to, as one page to drill down in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from goufu.catalog.errors import GoufuError
from goufu.cli.shared.output import note, whole_file


def overview(
    source: Annotated[str, typer.Argument(metavar="结果.parquet")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="总览.html", help="页面写入此文件")],
) -> None:
    """为 Parquet 结果出一页总览：地区、部门逐级展开，问题，代码，变化，异常。"""
    if output.suffix.lower() not in (".html", ".htm"):
        raise GoufuError("-o 应为 .html 文件", "-o takes an .html file", str(output))
    from goufu.cli.render.lines_page import country_page
    from goufu.cli.shared.aggregates import aggregates

    found = aggregates(Path(source))
    page = country_page(found)
    with whole_file(output) as temporary:
        temporary.write_text(page, encoding="utf-8")
    note(f"已写入 {output}（{found.lines:,} 行）", f"wrote {output} ({found.lines:,} lines)")
