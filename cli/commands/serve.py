"""`goufu serve`: the desk for the whole office, in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from goufu.catalog.errors import GoufuError
from goufu.cli.shared.memory import DbOption, officer
from goufu.cli.shared.output import language, note

#: addresses that only this machine reaches
LOCAL = ("127.0.0.1", "localhost", "::1")


def serve(
    host: Annotated[str, typer.Option("--host", help="监听的地址；本机以外的地址须启用账号")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="端口")] = 8420,
    accounts: Annotated[bool, typer.Option("--accounts", help="启用账号和登录")] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="不打开浏览器")] = False,
    folder: Annotated[
        Path | None,
        typer.Option("--folder", metavar="文件夹", help="上传文件和密钥的存放处；默认在用户数据目录"),
    ] = None,
    db: DbOption = None,
) -> None:
    """启动网页服务，用浏览器上传、复核、查目录；默认只限本机、单人、无需账号。"""
    try:
        import uvicorn
        from goufu.web.app import create_app
    except ModuleNotFoundError as error:
        raise GoufuError(
            f"网页服务需要另装：pip install 'goufu[web]'（缺 {error.name}）",
            f"the web server must be installed first: pip install 'goufu[web]' ({error.name} is missing)",
        ) from None
    from goufu.web.settings import Settings

    if host not in LOCAL and not accounts:
        raise GoufuError(
            f"监听 {host} 时别的机器也能访问，须启用账号：加 --accounts",
            f"others can reach {host}, so accounts are required: add --accounts",
        )
    app = create_app(
        Settings(
            folder=folder or _default_folder(),
            db=db,
            accounts=accounts,
            owner=officer(None),
            language=language(),
        )
    )
    address = f"http://{host}:{port}/"
    note(f"网页服务：{address}（按 Ctrl+C 停止）", f"serving at {address} (Ctrl+C stops)")
    if not no_browser:
        _open_later(address)
    uvicorn.run(app, host=host, port=port, log_level="warning")


def _default_folder() -> Path:
    from platformdirs import user_data_path

    return user_data_path("goufu", appauthor=False) / "web"


def _open_later(address: str) -> None:
    """Open the browser once the server answers."""
    import threading
    import webbrowser

    timer = threading.Timer(1.0, webbrowser.open, (address,))
    timer.daemon = True
    timer.start()
