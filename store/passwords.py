"""Passwords and the random words that stand for a person: hashed by argon2, kept as digests, compared without haste.

argon2-cffi comes with the extra `web`; it is loaded when a password is first hashed or checked.
"""

from __future__ import annotations

import hashlib
import secrets
from functools import lru_cache
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from goufu.catalog.errors import GoufuError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

#: characters; the longest is a limit of work, not of strength
SHORTEST, LONGEST = 10, 256
#: a check takes 19 MiB; so many run at a time
_AT_ONCE = BoundedSemaphore(4)


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(
        time_cost=2, memory_cost=19 * 1024, parallelism=1
    )  # OWASP's parameters for argon2id


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _hasher().hash(secrets.token_hex(16))


def hashed(password: str, name: str = "") -> str:
    """The hash of a new password. Raises GoufuError where it is too short, too long, or the person's own name."""
    if not SHORTEST <= len(password) <= LONGEST or len(set(password)) < 4:
        raise GoufuError(
            f"密码至少 {SHORTEST} 个字符，且不能是同一字符的重复。",
            f"A password takes {SHORTEST} characters or more, and not the same one over and over.",
        )
    if name and password.casefold().strip() == name.casefold().strip():
        raise GoufuError("密码不能与姓名相同。", "The password must not be the name.")
    with _AT_ONCE:
        return _hasher().hash(password)


def fits(password: str, kept: str) -> bool:
    """Whether `password` is the one whose hash is `kept`; takes as long where there is none ("")."""
    from argon2.exceptions import InvalidHashError, VerificationError

    with _AT_ONCE:
        try:
            return _hasher().verify(kept or _nobodys(), password[:LONGEST]) and bool(kept)
        except (VerificationError, InvalidHashError):
            return False


def new_secret() -> str:
    """A random word that nobody can guess: 32 bytes."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is kept of such a word."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
