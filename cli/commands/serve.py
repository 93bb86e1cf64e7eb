"""`goufu serve`: the desk for the whole office, in a browser."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from goufu.catalog.errors import GoufuError
from goufu.cli.shared.collector import look_now_and_then
from goufu.cli.shared.options import LimitOption
from goufu.cli.shared.output import language, note
from goufu.cli.shared.store_access import DbOption, officer

if TYPE_CHECKING:
    from fastapi import FastAPI
    from goufu.web.settings import Settings

#: addresses that only this machine reaches
LOCAL = ("127.0.0.1", "localhost", "::1")


def serve(
    host: Annotated[
        str, typer.Option("--host", metavar="地址", help="监听的地址；本机以外的地址须启用账号")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="端口", min=0, max=65535, help="端口")] = 8420,
    accounts: Annotated[
        bool, typer.Option("--accounts", help="启用账号：人人登录，各看各部门的项目")
    ] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="不打开浏览器")] = False,
    folder: Annotated[
        Path | None,
        typer.Option("--folder", metavar="文件夹", help="上传的文件和密钥的存放处；默认在用户数据目录"),
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option("--name", metavar="主机名", help="浏览器用的主机名或地址，可重复；给出后只认这些"),
    ] = None,
    https: Annotated[
        bool, typer.Option("--https", help="前面有提供 https 的代理：Cookie 只经 https 发送")
    ] = False,
    trust_proxy: Annotated[
        list[str] | None,
        typer.Option("--trust-proxy", metavar="地址", help="可信的反向代理的地址或网段，可重复"),
    ] = None,
    user_header: Annotated[
        str,
        typer.Option("--user-header", metavar="请求头", help="可信代理用来告知登录用户的请求头；默认不信任"),
    ] = "",
    workers: Annotated[
        int, typer.Option("--workers", metavar="数", min=0, max=64, help="读取上传文件的进程数")
    ] = 1,
    upload_mb: Annotated[
        int, typer.Option("--upload-mb", metavar="数", min=1, max=4096, help="一个上传文件的 MB 上限")
    ] = 100,
    origin: Annotated[
        list[str] | None,
        typer.Option(
            "--origin",
            metavar="来源",
            help="哪些网页可用对账服务（如 http://127.0.0.1:3333），可重复；默认不限",
        ),
    ] = None,
    db: DbOption = None,
    limits: LimitOption = None,
) -> None:
    """启动网页服务，用浏览器上传、复核、查目录；默认只限本机、单人、无需账号。"""
    look_now_and_then()
    try:
        import uvicorn
        from goufu.web.app import create_app
    except ModuleNotFoundError as error:
        raise GoufuError(
            f'网页服务需要另装：pip install "goufu[web]"（缺 {error.name}）',
            f'the web server must be installed first: pip install "goufu[web]" ({error.name} is missing)',
        ) from None
    from goufu.disclosure.formats.gate import limits_raised
    from goufu.web.folder import held_alone
    from goufu.web.settings import Settings

    if host not in LOCAL and not accounts:
        raise GoufuError(
            f"监听 {host} 时别的机器也能访问，须启用账号：加 --accounts",
            f"others can reach {host}, so accounts are required: add --accounts",
        )
    settings = Settings(
        folder=folder or _default_folder(),
        db=db,
        accounts=accounts,
        owner=officer(None),
        language=language(),
        hosts=_hosts(host, tuple(name or ())),
        https=https,
        trusted_proxies=_networks(trust_proxy or ()),
        user_header=_header(user_header, trust_proxy),
        workers=workers,
        upload_mb=upload_mb,
        reconcile_origins=_origins(origin or ("*",)),
        limits=dict(limits_raised()),
    )
    with held_alone(settings.folder):
        _run(uvicorn, create_app(settings), settings, host, port, not no_browser)


def _run(uvicorn: Any, app: FastAPI, settings: Settings, host: str, port: int, browser: bool) -> None:
    """Serve until somebody stops it. Raises GoufuError where it cannot listen."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        timeout_keep_alive=65,
    )
    server = _told_server(uvicorn.Server, config, app, settings, browser)
    _log_lines()
    server.run()
    if not server.started:
        raise GoufuError(
            f"{host}:{port} 不能监听：端口已被占用，或地址不是本机的；请换 --port 或 --host",
            f"cannot listen on {host}:{port}: the port is taken, or the address is not this machine's; choose another --port or --host",
        )


def _origins(given: Sequence[str]) -> tuple[str, ...]:
    """The origins as browsers send them. Raises GoufuError for what is none."""
    for one in given:
        if one != "*" and not re.fullmatch(r"https?://[\w.\-\[\]:]+", one, re.ASCII):
            raise GoufuError(
                f"--origin 应如 http://127.0.0.1:3333，实为 {one}",
                f"--origin takes an origin such as http://127.0.0.1:3333, found {one}",
            )
    return tuple(given)


def _told_server(kind: type, config: object, app: FastAPI, settings: Settings, browser: bool) -> Any:
    """A server that says where it is once it answers, and opens the browser there."""

    class Told(kind):  # type: ignore[misc]
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            if self.started:
                _begun(app, settings, self.servers[0].sockets[0].getsockname(), browser)

    return Told(config)


def _begun(app: FastAPI, settings: Settings, bound: tuple[str, int], browser: bool) -> None:
    """Say where the server is; the first administrator's link where there is none yet."""
    import socket
    import webbrowser

    host = settings.hosts[0] if settings.hosts and settings.accounts else bound[0]
    if host in ("0.0.0.0", "::"):
        host = socket.gethostname()
    host = f"[{host}]" if ":" in host else host
    scheme = "https" if settings.https else "http"
    address = f"{scheme}://{host}{'' if settings.https else f':{bound[1]}'}/"
    note(f"网页服务：{address}（按 Ctrl+C 停止）", f"serving at {address} (Ctrl+C stops)")
    if settings.accounts:
        from goufu.store.people import invite, needs_first

        if needs_first(app.state.store):
            link = f"{address}welcome?key={invite(app.state.store, None, '')}"
            note(
                f"还没有管理员。请在 72 小时内打开这个一次性链接，设置第一位管理员：\n  {link}",
                f"there is no administrator yet; open this link, which works once, within 72 hours:\n  {link}",
            )
            address = link
    if browser:
        webbrowser.open(address)


def _default_folder() -> Path:
    from platformdirs import user_data_path

    return user_data_path("goufu", appauthor=False) / "web"


def _hosts(host: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The names by which the server may be asked: those given; on this machine alone the machine's own."""
    given = tuple(n.strip().lower().rstrip(".") for n in names if n.strip())
    if given or host not in LOCAL:
        return tuple(dict.fromkeys((*given, *(("127.0.0.1", "localhost") if given else ()))))
    return ("127.0.0.1", "localhost", "[::1]")


def _networks(given: list[str] | tuple[()]) -> tuple[str, ...]:
    """Addresses and networks as they were given. Raises GoufuError for what is none."""
    import ipaddress

    for one in given:
        try:
            ipaddress.ip_network(one, strict=False)
        except ValueError:
            raise GoufuError(
                f"--trust-proxy 应为地址或网段，如 10.0.0.5 或 10.0.0.0/24，实为“{one}”",
                f"--trust-proxy takes an address or a network such as 10.0.0.0/24, found '{one}'",
            ) from None
    return tuple(given)


def _header(name: str, proxies: list[str] | None) -> str:
    if name and not proxies:
        raise GoufuError(
            "--user-header 须与 --trust-proxy 同用，否则任何人都能冒名",
            "--user-header needs --trust-proxy, else anybody could pretend to be anybody",
        )
    return name.strip()


def _log_lines() -> None:
    """Lines of JSON on stderr: what was answered, how fast; uvicorn's own only where something is wrong."""
    import logging
    import sys

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    for named, level in (("goufu.web", logging.INFO), ("uvicorn", logging.WARNING)):
        logger = logging.getLogger(named)
        logger.addHandler(handler)
        logger.setLevel(level)
        logger.propagate = False
