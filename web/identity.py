"""Who a request comes from: a signed cookie, a program's token, or the user that a trusted proxy names.

Every browser has a cookie with a random word, signed with the server's key; a session in the store is found by it, and
the token that its forms carry is made from it. Signing in and out give the browser another word.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import Request
from goufu.catalog.errors import GoufuError, os_reason
from goufu.store.passwords import new_secret
from goufu.store.people import Account, NoSuchPersonError, person_named, signed_in, token_person
from goufu.web.roles import ForbiddenError, Person

if TYPE_CHECKING:
    from goufu.web.settings import Settings

COOKIE = "goufu"
#: over https the name itself forbids that another site under the same domain sets it
_COOKIE_HTTPS = "__Host-goufu"


def server_key(folder: Path) -> bytes:
    """The key that signs cookies, made when it is first asked for; only the server's user may read it.

    Raises GoufuError where the folder cannot be written.
    """
    path = folder / "secret.key"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            key = path.read_bytes()
            if len(key) >= 32:
                return key
            path.unlink()  # broken off while it was written
            return server_key(folder)
        with os.fdopen(number, "wb") as file:
            file.write(os.urandom(32))
        return path.read_bytes()
    except OSError as error:
        zh, en = os_reason(error)
        raise GoufuError(
            f"服务的文件夹不能使用（{zh}）；请用 --folder 指定可写的文件夹",
            f"the server's folder cannot be used ({en}); choose another with --folder",
            str(folder),
        ) from None


def _signature(key: bytes, use: str, word: str) -> str:
    return hmac.new(key, f"{use}:{word}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def cookie_name(settings: Settings) -> str:
    """The name of the cookie."""
    return _COOKIE_HTTPS if settings.https else COOKIE


def cookie_value(key: bytes, word: str) -> str:
    """What the browser keeps: the word and its signature."""
    return f"{word}.{_signature(key, 'cookie', word)}"


def browser_word(key: bytes, value: str) -> str:
    """The word in a cookie's value, "" where the signature is not the server's."""
    word, _, signature = value.rpartition(".")
    good = hmac.compare_digest(signature.encode("utf-8", "replace"), _signature(key, "cookie", word).encode())
    return word if good else ""


def renewed(request: Request) -> str:
    """Give the browser of this request another word; the answer's cookie tells it."""
    request.state.word = new_secret()
    request.state.word_is_new = True
    return str(request.state.word)


def _person(account: Account, csrf: str = "") -> Person:
    return Person(account.id, account.name, account.role, account.departments, csrf)


def identify(request: Request) -> Person:
    """The person of a request; a visitor where nobody is known. Raises ForbiddenError for a token that is void."""
    app = request.app.state
    settings: Settings = app.settings
    word: str = request.state.word
    csrf = _signature(app.key, "csrf", word)
    if not settings.accounts:
        return Person(0, settings.owner, "administrator", csrf=csrf)
    secret = secret_of(request)
    if secret:
        found = token_person(app.store, secret)
        if found is None:
            raise ForbiddenError("令牌无效。", "The token is not valid.")
        return replace(_person(found[0]), by_token=True, read_only=found[1] == "read")
    if settings.user_header and is_trusted(peer(request), settings.trusted_proxies):
        name = request.headers.get(settings.user_header, "")
        if name:
            return _by_header(request, name, csrf)
    account = (
        None
        if request.state.word_is_new
        else signed_in(app.store, word, settings.idle_hours, settings.session_hours)
    )
    return _person(account, csrf) if account else Person(0, "", "anyone", csrf=csrf)


def secret_of(request: Request) -> str:
    """The token that a program sends, "" where there is none; in the address for the reconciliation service alone.

    OpenRefine sends no headers of its own.
    """
    bearer = request.headers.get("authorization", "")
    if bearer[:7].lower() == "bearer ":
        return bearer[7:].strip()
    if request.url.path.startswith("/reconcile"):
        return str(request.path_params.get("token") or request.query_params.get("token") or "")
    return ""


def _by_header(request: Request, name: str, csrf: str) -> Person:
    """Whom a trusted proxy names; names come as UTF-8, which headers carry as bytes."""
    try:
        name = name.encode("latin-1").decode("utf-8")
        account = person_named(request.app.state.store, name)
    except (UnicodeError, NoSuchPersonError, GoufuError):
        return Person(0, "", "anyone", csrf=csrf)
    return Person(0, "", "anyone", csrf=csrf) if account.disabled else _person(account, csrf)


def peer(request: Request) -> str:
    """The address at the other end of the connection."""
    return request.client.host if request.client else ""


def address(request: Request) -> str:
    """Where a request comes from: the peer, or behind trusted proxies the last address that none of them has."""
    trusted = request.app.state.settings.trusted_proxies
    found = peer(request)
    for hop in reversed(request.headers.get("x-forwarded-for", "").split(",")):
        if not is_trusted(found, trusted) or not hop.strip():
            break
        found = hop.strip()
    return found[:64]


def is_trusted(host: str, trusted: tuple[str, ...]) -> bool:
    """Whether an address is one of those named, or in a network named."""
    try:
        here = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(here in ipaddress.ip_network(one, strict=False) for one in trusted)
