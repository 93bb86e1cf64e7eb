"""A server with a run to review, for a browser: invented lines of two departments, judged as they stand."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from goufu.catalog.load import load_catalogs
from goufu.disclosure.model import BudgetItem, Place
from goufu.matcher.assess import assess
from goufu.store.runs import Input, record_run

WORK = (
    *(
        "政务服务热线运行服务",
        "城区道路清扫保洁服务",
        "生活垃圾转运处理",
        "办公楼维修改造工程",
        "购置执法记录仪",
    ),
    *("劳务派遣人员工资", "预算绩效评价服务", "法律顾问服务", "档案整理数字化服务", "信息系统运行维护"),
    *("园林绿化养护服务", "环卫工人意外伤害保险", "污水处理厂运营服务", "审计服务", "会议费"),
    *("城市照明设施维护", "困难群众救助补助", "物业管理服务", "公共文化活动举办", "课题研究"),
)
DEPARTMENTS = ("甲县城市管理局", "甲县行政审批服务管理局")


def judged(number: int) -> list[Any]:
    """`number` assessments: every kind of line is judged once for each department and year, then repeated."""
    kinds = [
        BudgetItem(
            f"r-{n}", title, department=department, unit=f"{department}机关", year=year,
            summary=f"用于{title}，按年度预算安排，合同一年一签。", amount_wan=Decimal(n * 7 + 3) / 4,
        )
        for n, (title, department, year) in enumerate(
            (title, department, year) for title in WORK for department in DEPARTMENTS for year in (2025, 2026)
        )
    ]  # fmt: skip
    found = assess(kinds, load_catalogs(), today=date(2026, 1, 1))
    return [
        replace(
            a,
            item=replace(
                a.item,
                id=f"r-{n + 1}",
                title=a.item.title if n < len(found) else f"{a.item.title}（{n // len(found)} 标段）",
                place=Place("预算.xlsx", cell=f"项目支出表!B{n + 4}"),
            ),
        )
        for n in range(number)
        for a in (found[n % len(found)],)
    ]


def recorded(store: Any, number: int, officer: str = "本机用户", departments: tuple[str, ...] = ()) -> int:
    """A run of `number` lines."""
    inputs = [Input("2026 年部门预算.xlsx", 20480, "0" * 64)]
    return record_run(
        store, judged(number), inputs, load_catalogs(), officer, "0", {}, departments=departments
    )


@contextlib.contextmanager
def served(app: Any) -> Iterator[str]:
    """The address of a server that runs `app` in a thread."""
    import socket

    import uvicorn

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    for _ in range(200):
        if server.started:
            break
        time.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(20)


def chromium() -> str:
    """The path of a Chromium that this machine has, "" where there is none."""
    import shutil

    return next(
        (
            found
            for name in ("chromium", "chromium-browser", "google-chrome")
            if (found := shutil.which(name))
        ),
        "",
    )


def folder_of(path: Path) -> dict[str, Any]:
    """The settings of a server over a store of its own in `path`."""
    return {"folder": path / "web", "db": str(path / "goufu.db")}
