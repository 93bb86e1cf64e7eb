"""Embeddings from an OpenAI-compatible service that the user names: `POST {address}/embeddings`.

Only that address is ever spoken to: redirects are not followed and proxies in the environment are not used. The key
goes into one header and nowhere else; certificates are checked against the system's own store, where offices keep
the certificate of their intranet.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from goufu.matcher.semantic.embedding import SemanticError, Vectors, not_installed, unit

if TYPE_CHECKING:
    from urllib3 import PoolManager

#: seconds to connect and between two pieces of an answer; bytes of an answer
_CONNECT, _READ = 5.0, 60.0
_LARGEST = 32 << 20
#: of what a service says about an error, this much is passed on
_SAID = 160


@dataclass(frozen=True)
class Endpoint:
    """A service by its base address (`http://10.0.0.5:8000/v1`) and the name it has for the model.

    `key` is sent as a bearer token where it is not empty.
    """

    address: str
    model: str
    key: str = field(default="", repr=False)

    @property
    def identity(self) -> str:
        """Address and model; not the key."""
        return f"{self.address} {self.model}"

    @cached_property
    def _pool(self) -> PoolManager:
        from urllib3 import PoolManager, Retry, Timeout

        again = Retry(
            total=2,
            read=1,
            allowed_methods=None,
            status_forcelist=(429, 500, 502, 503, 504),
            backoff_factor=0.5,
            raise_on_status=False,
            respect_retry_after_header=False,  # a service must not make an office wait for hours
        )
        return PoolManager(retries=again, timeout=Timeout(connect=_CONNECT, read=_READ))

    def embed(self, texts: Sequence[str]) -> Vectors:
        """The vectors of `texts`, by one request. Raises SemanticError."""
        from urllib3.exceptions import HTTPError

        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        body = json.dumps({"model": self.model, "input": list(texts)}, ensure_ascii=False).encode()
        try:
            answer = self._pool.request(
                "POST",
                f"{self.address}/embeddings",
                body=body,
                headers=headers,
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
            try:
                data = answer.read(_LARGEST + 1)
            finally:
                answer.close()
        except (HTTPError, OSError) as error:
            raise self._unreachable(error) from None
        if answer.status != 200:
            raise self._refused(answer.status, data)
        if len(data) > _LARGEST:
            raise self._wrong()
        return unit(self._rows(data), len(texts), self.address)

    def _rows(self, data: bytes) -> list[list[float]]:
        """The vectors of an answer in the order of the texts, whatever order they came in."""
        try:
            found = {one["index"]: one["embedding"] for one in json.loads(data)["data"]}
            rows = [found[number] for number in range(len(found))]
        except (ValueError, TypeError, KeyError, RecursionError):
            raise self._wrong() from None
        if not all(isinstance(row, list) and all(type(x) in (int, float) for x in row) for row in rows):
            raise self._wrong()
        return rows

    def _wrong(self) -> SemanticError:
        return SemanticError(
            "语义服务的回答不是句向量；请确认地址是 OpenAI 兼容接口、模型是向量（embedding）模型",
            "the service did not answer with embeddings; check that it is OpenAI-compatible and the model an embedding model",
            self.address,
        )

    def _unreachable(self, error: Exception) -> SemanticError:
        from urllib3.exceptions import MaxRetryError, SSLError, TimeoutError

        cause = error.reason if isinstance(error, MaxRetryError) and error.reason else error
        if isinstance(cause, SSLError):
            why = ("证书不被本机信任", "its certificate is not trusted here")
        elif isinstance(cause, TimeoutError):
            why = ("没有及时回应", "no answer in time")
        else:
            why = (f"连接失败，{type(cause).__name__}", f"no connection, {type(cause).__name__}")
        return SemanticError(
            f"语义服务连不上（{why[0]}）；请确认地址和网络，或不带 --semantic 再运行",
            f"the service cannot be reached ({why[1]}); check address and network, or run without --semantic",
            self.address,
        )

    def _refused(self, status: int, data: bytes) -> SemanticError:
        zh, en = _ADVICE.get(status, _MOVED if 300 <= status < 400 else _ELSE)
        said = self._said(data)
        return SemanticError(
            f"语义服务返回 HTTP {status}{f'（{said}）' if said else ''}；{zh}",
            f"the service returned HTTP {status}{f' ({said})' if said else ''}; {en}",
            self.address,
        )

    def _said(self, data: bytes) -> str:
        """What the service says about an error, on one line and without the key."""
        try:
            told: Any = json.loads(data)
            told = told.get("error", told.get("detail", ""))
            told = told.get("message", "") if isinstance(told, dict) else told
        except (ValueError, AttributeError, RecursionError):
            return ""
        if not isinstance(told, str):
            return ""
        hidden = told.replace(self.key, "***") if self.key else told
        return "".join(c if c.isprintable() else " " for c in hidden)[:_SAID].strip()


_KEY = (
    "请核对环境变量 GOUFU_SEMANTIC_KEY 中的密钥",
    "check the key in the environment variable GOUFU_SEMANTIC_KEY",
)
_ADVICE = {
    401: _KEY,
    403: _KEY,
    404: (
        "请核对地址（一般以 /v1 结尾）和 --semantic-model",
        "check the address (it mostly ends in /v1) and --semantic-model",
    ),
    429: ("服务繁忙，请稍后再试", "the service is busy, try again later"),
}
_MOVED = (
    "它要转到别处，购服不跟随；请直接写最终地址",
    "it points elsewhere, which goufu does not follow; give the final address",
)
_ELSE = (
    "请联系该服务的管理员，或不带 --semantic 再运行",
    "ask who runs the service, or run without --semantic",
)


def endpoint(address: str, model: str, key: str = "") -> Endpoint:
    """The service at `address`. Raises SemanticError where address, model or key cannot be meant so.

    The address must hold no user, key or query: it is shown in messages and names the cache.
    """
    try:
        import urllib3  # noqa: F401
    except ImportError:
        raise not_installed() from None
    address = address.strip().rstrip("/").removesuffix("/embeddings")
    try:
        parts = urlsplit(address)
        plain = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        plain = False
    else:
        plain = plain and "@" not in parts.netloc and not parts.query and not parts.fragment
    if not plain or any(c.isspace() or not c.isprintable() for c in address):
        raise SemanticError(
            "语义服务的地址应如 http://10.0.0.5:8000/v1，不含用户名、密钥和 ? 之后的部分",
            "the address should be like http://10.0.0.5:8000/v1, without a user, a key or a query",
        )
    if not model.strip():
        raise SemanticError(
            "请用 --semantic-model 写明语义服务上的模型名，如 bge-m3",
            "name the service's model with --semantic-model, such as bge-m3",
            address,
        )
    key = key.strip()
    if not all("!" <= c <= "~" for c in key):
        raise SemanticError(
            "环境变量 GOUFU_SEMANTIC_KEY 中的密钥含有空格或非英文字符，请重新复制",
            "the key in the environment variable GOUFU_SEMANTIC_KEY has spaces or characters that no key has",
        )
    return Endpoint(address, model.strip(), key)
