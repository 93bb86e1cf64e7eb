"""How one server runs: where its store and files are, who may come in, and how much it takes in.

Everything is given once when the app is made; nothing is read from the environment later.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """One server. `folder` holds uploads and the key that signs cookies; it is private to the server.

    Without `accounts` there is one person, `owner`, who may do everything; that is for a machine's own user only.
    `trusted_proxies` are the addresses (or networks, as 10.0.0.0/8) whose `user_header` is believed; none by default.
    `hosts` are the names by which browsers may reach the server; any where it is empty. `workers` is the number of
    processes that read uploads, 0 for none (then what is queued waits for another server on the same store).
    """

    folder: Path
    db: str | None = None
    accounts: bool = False
    owner: str = "本机用户"
    language: str = "zh"
    hosts: tuple[str, ...] = ()
    https: bool = False
    trusted_proxies: tuple[str, ...] = ()
    user_header: str = ""
    workers: int = 1
    #: megabytes of one upload, files of one request, uploads of one person that may wait at a time
    upload_mb: int = 100
    upload_files: int = 50
    upload_waiting: int = 200
    #: kilobytes of any other request
    request_kb: int = 2048
    #: requests a minute of one token of the API, items of one request, queries of one batch to reconcile
    api_per_minute: int = 600
    api_items: int = 2000
    reconcile_queries: int = 100
    #: whose pages may ask the reconciliation service (as https://refine.example); "*" for any
    reconcile_origins: tuple[str, ...] = ("*",)
    #: hours after which a session that was not used ends, and after which any ends
    idle_hours: int = 8
    session_hours: int = 24 * 7
    #: wrong passwords for a name or from an address within `throttle_minutes` before more are refused
    tries_name: int = 10
    tries_address: int = 30
    throttle_minutes: int = 15
    limits: dict[str, int] = field(default_factory=dict)
