"""Who is asking, and whether this route is for them. Every route declares its role with `allow`; a test walks them all.

    @router.get("/catalog")
    def catalog(request: Request, person: Officer, store: Held) -> HTMLResponse: ...

`Anyone`, `Officer`, `Reviewer`, `Administrator` are the four declarations: each lets in those of its role and above.
`Held` is the store as that person may see it: whatever is queried through it is theirs (`goufu.store.scope`).
A request that changes something must carry the session's token (`csrf` in the form or the header `X-CSRF-Token`).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from goufu.catalog.errors import GoufuError
from goufu.store.engine import Store
from goufu.store.scope import EVERYTHING, Scope

#: from the least to the most
ROLES = ("anyone", "officer", "reviewer", "administrator")
#: methods that change nothing
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class SignInError(GoufuError):
    """Nobody is signed in."""


class ForbiddenError(GoufuError):
    """Somebody is signed in, but this is not for them."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who is asking: `name` is what decisions and the log carry. `departments` are those an officer works for.

    `id` is 0 for a visitor and for the only person of a server without accounts. `csrf` is the token that forms and
    requests of this browser carry. `by_token` tells that a program asks with a token of the API, which may be `read_only`.
    """

    id: int
    name: str
    role: str
    departments: tuple[str, ...] = ()
    csrf: str = ""
    by_token: bool = False
    read_only: bool = False

    def may(self, role: str) -> bool:
        """Whether this person's role is `role` or above."""
        return ROLES.index(self.role) >= ROLES.index(role)

    @property
    def scope(self) -> Scope:
        """What of the store is theirs: everything for reviewers, their departments' for officers, nothing for visitors."""
        return EVERYTHING if self.may("reviewer") else Scope(self.departments, self.name)


def current(request: Request) -> Person:
    """The person of this request; a visitor where nobody is signed in."""
    from goufu.web.identity import identify

    found: Person | None = getattr(request.state, "person", None)
    if found is None:
        found = request.state.person = identify(request)
    return found


def _gate(role: str, csrf: bool) -> Callable[..., Any]:
    async def gate(request: Request, person: Annotated[Person, Depends(current)]) -> Person:
        if not person.may(role):
            if person.role == "anyone":
                raise SignInError("请先登录。", "Sign in first.")
            raise ForbiddenError("您的角色不能使用此功能。", "Your role does not allow this.")
        if person.by_token and (role == "administrator" or request.url.path.startswith("/account")):
            # else a token that was stolen could make itself others, and people, before it is revoked
            raise ForbiddenError(
                "令牌不能用来管人员、账号和令牌。", "A token manages no people, accounts or tokens."
            )
        if csrf and request.method not in SAFE:
            if person.read_only:
                raise ForbiddenError("令牌只能读取。", "The token may only read.")
            if not person.by_token and not _by_program(request):
                await _same_page(request, person)
        return person

    gate.role = role  # type: ignore[attr-defined]
    gate.csrf = csrf  # type: ignore[attr-defined]
    return gate


def _by_program(request: Request) -> bool:
    """Whether no browser sent this: on a server without accounts programs of the machine need no token.

    A browser names where a change comes from, or says that it comes from the same site.
    """
    named = ("origin", "referer", "sec-fetch-site", "cookie")
    return not request.app.state.settings.accounts and not any(name in request.headers for name in named)


async def _same_page(request: Request, person: Person) -> None:
    """Refuse a change that does not come from a page of this server in this browser."""
    said = request.headers.get("x-csrf-token", "")
    kind = request.headers.get("content-type", "").partition(";")[0]
    if not said and kind == "application/x-www-form-urlencoded":
        said = str((await request.form()).get("csrf", ""))
    if not person.csrf or not hmac.compare_digest(said.encode(), person.csrf.encode()):
        raise ForbiddenError(
            "页面已过期，请刷新后再试。", "The page has expired; load it again and try once more."
        )


def allow(role: str, csrf: bool = True) -> Any:
    """The declaration of a route's role, as a dependency: `dependencies=[allow("reviewer")]` or a parameter's type.

    `csrf=False` is for routes that only compute (a query sent by POST), where no browser's session is used.
    """
    if role not in ROLES:
        raise ValueError(role)
    return Depends(_gate(role, csrf))


Anyone = Annotated[Person, allow("anyone")]
Officer = Annotated[Person, allow("officer")]
Reviewer = Annotated[Person, allow("reviewer")]
Administrator = Annotated[Person, allow("administrator")]


async def held(request: Request, person: Annotated[Person, Depends(current)]) -> Store:
    """The store, narrowed to what the person may see."""
    store: Store = request.app.state.store
    return store.within(person.scope)


Held = Annotated[Store, Depends(held)]
