"""How often one token may ask: a bucket for each, refilled evenly.

A server answers from one process, however many of its processes read files, so that this is the server's count. Servers
that share a database count each for itself: a count in the database would write to it with every question.
"""

from __future__ import annotations

import hashlib
import math
import time
from dataclasses import dataclass, field
from threading import Lock
from typing import Annotated

from fastapi import Depends, Request
from goufu.web.identity import address, secret_of
from goufu.web.limits import TooOftenError
from goufu.web.roles import Person, current

#: buckets that are kept; a full one is the same as none
_MOST = 10_000


@dataclass
class Pace:
    """Buckets by who asks: how many requests are left, and since when."""

    left: dict[str, tuple[float, float]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def take(self, who: str, a_minute: int, now: float) -> float:
        """Count one request of `who` at `now` (seconds); returns for how many seconds it is refused, 0 if it is not."""
        with self.lock:
            left, since = self.left.pop(who, (float(a_minute), now))
            left = min(float(a_minute), left + (now - since) * a_minute / 60)
            self.left[who] = (left - 1 if left >= 1 else left, now)
            while len(self.left) > _MOST:
                del self.left[next(iter(self.left))]  # the one that was not seen for longest
        return 0.0 if left >= 1 else (1 - left) * 60 / a_minute


async def paced(request: Request, person: Annotated[Person, Depends(current)]) -> None:
    """Refuse a request beyond the pace of its token (of the person or the address where there is none)."""
    secret = secret_of(request)
    who = hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest() if secret else ""
    who = who or (str(person.id) if person.id else address(request))
    state = request.app.state
    wait = state.pace.take(who, state.settings.api_per_minute, time.monotonic())
    if wait:
        raise TooOftenError(math.ceil(wait))
