"""The codes beside an officer's own rows: what `goufu classify --into` writes into a copy of her workbook."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from goufu.catalog.errors import GoufuError
from goufu.cli.render.judgements import NATURES, STATUSES, finding_line, standing_findings
from goufu.cli.shared.output import clauses, say, whole_file

if TYPE_CHECKING:
    from goufu.matcher.audit import Audit
    from goufu.matcher.model import Assessment


def write_into(path: Path, files: Sequence[str], audits: Sequence[Audit]) -> None:
    """Write a copy of the one workbook judged to `path`, the judgement beside each row, nothing else changed.

    Raises GoufuError where there is not exactly one workbook, or `path` is that workbook itself.
    """
    from goufu.disclosure.add_columns import AddedColumn, add_columns
    from goufu.disclosure.formats.gate import read_bytes

    source = Path(files[0])
    if len(files) != 1 or len(audits) != 1 or not source.is_file():
        raise GoufuError(
            "--into 只能用于一个工作簿：goufu classify 清单.xlsx --into 清单_已编码.xlsx",
            "--into takes exactly one workbook: goufu classify list.xlsx --into coded.xlsx",
        )
    if path.suffix.lower() != source.suffix.lower() or (path.exists() and path.samefile(source)):
        raise GoufuError(
            f"--into 写成另一个 {source.suffix} 文件，原文件不动；请换一个文件名",
            f"--into writes another {source.suffix} file and leaves the original alone; choose another name",
            str(path),
        )
    columns = [
        AddedColumn(say("购服认定", "goufu: purchased service"), 14),
        AddedColumn(say("购服代码", "goufu: code"), 11),
        AddedColumn(say("购服条目", "goufu: entry"), 26),
        AddedColumn(say("购服把握", "goufu: certainty"), 10),
        AddedColumn(say("购服问题", "goufu: findings"), 44),
    ]
    values = [(a.item, _texts(a)) for a in audits[0].assessments]
    data = add_columns(read_bytes(source, 1 << 29), columns, values, str(source))
    with whole_file(path) as temporary:
        temporary.write_bytes(data)


def _texts(a: Assessment) -> list[str]:
    """What stands beside a row, in the order of the columns."""
    bought = a.nature in ("service", "mixed")
    nature = say("不得购买", "barred") if a.barred and bought else say(*NATURES[a.nature])
    verdicts = {
        True: say("是", "yes"),
        False: say(f"否（{nature}）", f"no ({nature})"),
        None: say(f"待定（{nature}）", f"open ({nature})"),
    }
    state = "" if a.coded or a.status == "not_applicable" else say(*STATUSES[a.status])
    return [
        verdicts[a.gov_service],
        a.coded.code if a.coded else "",
        a.coded.name if a.coded else state,
        say("可采用", "sure") if a.decision == "auto" else say("请复核", "to review"),
        clauses(finding_line(f) for f in standing_findings(a)),
    ]
