"""A batch of made-up disclosures: does it finish, stay flat in memory, survive a kill, and lose only what is damaged?

    python -m benchmarks.batch [documents] [items each] [--jobs N] [--keep FOLDER]      default: 500 documents of 40

Makes the documents from the words of the catalog and of the example disclosures (project tables and forms), one of
them damaged, starts `goufu batch` on them, kills it with SIGKILL when half are done, starts it again, and prints the
time, the memory of all its processes together, and what was done twice.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from catalog.load import load_catalogs, version_named
from cli.batch import LEDGER
from disclosure.read import read_disclosure

ROOT = Path(__file__).parents[1]
PLACES = ("榆次", "平遥", "介休", "汾阳", "交城", "文水", "柳林", "临县", "兴县", "石楼", "霍州", "洪洞", "襄汾", "曲沃", "侯马", "河津", "稷山", "垣曲", "芮城", "永济")  # fmt: skip
OFFICES = ("城市管理局", "行政审批服务管理局", "人力资源和社会保障局", "生态环境局", "教育局", "民政局", "水利局", "农业农村局", "文化和旅游局", "交通运输局", "财政局", "应急管理局", "卫生健康局")  # fmt: skip


def titles() -> list[str]:
    """Lines to draw from: the real ones, and one for each entry of the catalog."""
    real = [
        item.title
        for path in sorted((ROOT / "examples" / "disclosures").glob("*.txt"))
        for item in read_disclosure(path).items
    ]
    made = [f"{e.name.removesuffix('服务')}经费" for e in version_named(load_catalogs(), "2025-28").leaves()]
    return [*real * 4, *made]


def disclosure_text(department: str, year: int, lines: list[tuple[str, int]], draw: random.Random) -> str:
    """A disclosure in the prescribed form: cover, project table, text, and a form for every other line (yuan)."""
    wan = [yuan / 10000 for _, yuan in lines]
    parts = [
        f"{department}\n{year}年度部门预算公开\n",
        f"{year}年项目支出预算表（本年预算）\n\n部门名称：{department}\n\n单位：万元\n",
        f"项目名称\t合计\t{year}年财政拨款\t\t\n\t\t一般公共预算\t政府性基金预算\t国有资本经营预算",
        f"{department}\t{sum(wan):.2f}\t{sum(wan):.2f}\t\t",
        *(f"{title}\t{amount:.2f}\t{amount:.2f}\t\t" for (title, _), amount in zip(lines, wan, strict=True)),
        f"\n九、政府采购情况\n\n{year}年{department}政府采购预算总额{sum(wan) / 3:.2f}万元。其中：政府采购货物预算0万元、政府采购工程预算0万元、政府采购服务预算{sum(wan) / 3:.2f}万元。\n",
        "（一）政府购买服务指导性目录\n\n" + draw.choice(("无", "见附件。", "依据晋财综〔2025〕28号")) + "\n",
    ]
    for title, yuan in lines[::2]:
        term = draw.choice(("1年", "1年", "3年", "99年"))
        parts.append(
            f"县级预算部门(单位)项目支出绩效目标表\n\n({year}年度)\n\n项目名称\t{title}\t\t\n主管部门及代码\t001-{department}\t实施单位\t{department}\n"
            f"项目属性\t一次性项目(1年结束)\t项目期\t{term}\n项目资金 (元)\t实施期资金总额:\t{yuan:,}\t年度资金总额:\t{yuan:,}\n"
            f"项目概况\t用于{title}的开展，保障工作正常运行\t\t\n立项依据\t年度工作安排\t\t\n项目实施计划\t按合同支付\t\t\n总体目标\t按时完成{title}\t\t\n负责人:\t经办人:\t\t\n"
        )
    return "\n".join(parts)


def make(folder: Path, documents: int, items: int) -> None:
    """Write the documents into `folder`; the one in the middle is damaged."""
    draw, pool = random.Random(7), titles()
    for number in range(documents):
        department = f"{draw.choice(PLACES)}县{draw.choice(OFFICES)}"
        year = draw.choice((2024, 2025, 2026))
        path = folder / f"{number:04d}{department}{year}.txt"
        if number == documents // 2:
            path.write_bytes(bytes(draw.randrange(256) for _ in range(20_000)))
            continue
        lines = [(draw.choice(pool), draw.randrange(1, 500) * 1000) for _ in range(items)]
        path.write_text(disclosure_text(department, year, lines, draw), encoding="utf-8")


def memory(group: int) -> int:
    """Resident bytes of all processes in a process group (Linux)."""
    total = 0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            if os.getpgid(int(entry.name)) != group:
                continue
            pages = int((entry / "statm").read_text().split()[1])
        except (OSError, ValueError, IndexError):
            continue
        total += pages * os.sysconf("SC_PAGE_SIZE")
    return total


def follow(
    command: list[str], out: Path, stop_at: int | None = None
) -> tuple[float, list[tuple[int, int]], int]:
    """Run a batch, killing it when `stop_at` documents are done: (seconds, [(done, bytes)…], exit code)."""
    started = time.monotonic()
    process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)
    seen: list[tuple[int, int]] = []
    while process.poll() is None:
        done = done_in(out)
        seen.append((done, memory(process.pid)))
        if stop_at is not None and done >= stop_at:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            break
        time.sleep(0.2)
    return time.monotonic() - started, seen, process.returncode


def done_in(out: Path) -> int:
    """Documents in the ledger."""
    try:
        return (out / LEDGER).read_text(encoding="utf-8").count("\n")
    except OSError:
        return 0


def main() -> None:
    """Make, run, kill, run again, and tell."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("documents", type=int, nargs="?", default=500)
    options.add_argument("items", type=int, nargs="?", default=40)
    options.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options.add_argument("--reports", default="html,xlsx")
    options.add_argument("--keep", type=Path)
    told = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        root = told.keep or Path(temporary)
        source, out = root / "in", root / "out"
        source.mkdir(parents=True)
        make(source, told.documents, told.items)
        command = [sys.executable, "-m", "cli.main", "batch", str(source), "-o", str(out)]
        command += ["--jobs", str(told.jobs), "--reports", told.reports]
        first, before, _ = follow(command, out, told.documents // 2)
        kept = {line["path"]: line for line in map(json.loads, whole_lines(out))}
        times = {name: (out / name).stat().st_mtime_ns for line in kept.values() for name in line["reports"]}
        second, after, code = follow(command, out)
        lines = [json.loads(line) for line in whole_lines(out)]
        twice = [name for name, at in times.items() if (out / name).stat().st_mtime_ns != at]
        seen = before + after
        early = [size for done, size in seen if told.documents // 10 <= done < told.documents // 4]
        late = [size for done, size in seen if done >= told.documents * 3 // 4]
        print(f"{told.documents} documents of {told.items} items, {told.jobs} jobs")
        print(
            f"killed after {first:.1f} s with {len(kept)} done; the rest took {second:.1f} s, exit code {code}"
        )
        print(
            f"in the ledger {len(lines)}, items {sum(x.get('items', 0) for x in lines):,}, done twice {len(twice)}"
        )
        print(f"not read: {[Path(x['path']).name for x in lines if x.get('error')]}")
        peak = max(size for _, size in seen) / 1e6
        print(
            f"memory of all processes: peak {peak:.0f} MB, median early {median(early):.0f} MB, late {median(late):.0f} MB"
        )
        print(f"overview {(out / '总览.html').stat().st_size / 1000:.0f} kB")


def whole_lines(out: Path) -> list[str]:
    """The lines of the ledger that were written to their end."""
    return [
        line for line in (out / LEDGER).read_text(encoding="utf-8").split("\n")[:-1] if line.endswith("}")
    ]


def median(sizes: list[int]) -> float:
    """The middle one, in megabytes."""
    return sorted(sizes)[len(sizes) // 2] / 1e6 if sizes else 0.0


if __name__ == "__main__":
    main()
