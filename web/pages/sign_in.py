"""Signing in and out, the link by which a password is chosen, and one's own account: password and tokens."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from goufu.catalog.errors import GoufuError
from goufu.store import people
from goufu.web.identity import address, renewed
from goufu.web.pages.language import own_page
from goufu.web.roles import Anyone, ForbiddenError, Officer
from goufu.web.settings import Settings
from goufu.web.view import view
from goufu.web.wrong import status_of

router = APIRouter()
Text = Annotated[str, Form()]


@router.get("/sign-in")
def sign_in(request: Request, person: Anyone, next: str = "/") -> HTMLResponse:
    """The form."""
    return _form(request, next)


def _form(request: Request, back: str, error: GoufuError | None = None, name: str = "") -> HTMLResponse:
    status = status_of(error) if error else 200
    return view(request, "sign_in.html", status=status, back=own_page(back), error=error, name=name)


@router.post("/sign-in", response_model=None)
def enter(
    request: Request, person: Anyone, name: Text, password: Text, next: Text = "/"
) -> HTMLResponse | RedirectResponse:
    """Check the password; the browser gets another word, so that one planted before is worth nothing."""
    settings: Settings = request.app.state.settings
    store = request.app.state.store
    tries = people.Tries(settings.tries_name, settings.tries_address, settings.throttle_minutes)
    try:
        account = people.check_password(store, name, password, address(request), tries)
    except people.RefusedError as error:
        return _form(request, next, error, name)
    _leave(request, person)
    people.sign_in(store, account.id, address(request), renewed(request))
    return RedirectResponse(own_page(next), 303)


def _leave(request: Request, person: Anyone) -> None:
    if person.id:
        people.sign_out(request.app.state.store, request.state.word)


@router.post("/sign-out")
def leave(request: Request, person: Anyone) -> RedirectResponse:
    """End the session."""
    _leave(request, person)
    renewed(request)
    return RedirectResponse("/sign-in", 303)


@router.get("/welcome")
def welcome(request: Request, person: Anyone, key: str) -> HTMLResponse:
    """The page of a link: choose a password; the first administrator also a name."""
    account = people.invited(request.app.state.store, key)
    return view(request, "welcome.html", key=key, account=account, error=None)


@router.post("/welcome", response_model=None)
def choose(
    request: Request, person: Anyone, key: Text, password: Text, again: Text, name: Text = ""
) -> HTMLResponse | RedirectResponse:
    """Set the password and sign in."""
    store = request.app.state.store
    try:
        if password != again:
            raise GoufuError("两次输入的密码不同。", "The two passwords differ.")
        account = people.accept(store, key, password, name)
    except people.RefusedError:
        raise
    except GoufuError as error:
        known = people.invited(store, key)
        return view(request, "welcome.html", status=400, key=key, account=known, error=error)
    _leave(request, person)
    people.sign_in(store, account.id, address(request), renewed(request))
    return RedirectResponse("/", 303)


@router.get("/account")
def account(request: Request, person: Officer) -> HTMLResponse:
    """One's own account."""
    return _account(request, person)


def _account(
    request: Request, person: Officer, secret: str = "", status: int = 200, **said: str
) -> HTMLResponse:
    mine = people.tokens(request.app.state.store, person.id) if person.id else []
    return view(
        request,
        "account.html",
        person,
        status,
        mine=mine,
        secret=secret,
        said=said,
        ROLE_NAMES=people.ROLE_NAMES,
    )


def _own(person: Officer) -> int:
    if not person.id:
        raise ForbiddenError("没有启用账号。", "This server has no accounts.")
    return person.id


@router.post("/account/password", response_model=None)
def change_password(
    request: Request, person: Officer, old: Text, password: Text, again: Text
) -> HTMLResponse | RedirectResponse:
    """Change one's password; every session ends but the new one here."""
    store = request.app.state.store
    if password != again:
        raise GoufuError("两次输入的密码不同。", "The two passwords differ.")
    people.change_password(store, _own(person), old, password)
    people.sign_in(store, person.id, address(request), renewed(request))
    return RedirectResponse("/account", 303)


@router.post("/account/tokens")
def make_token(request: Request, person: Officer, name: Text, scope: Text) -> HTMLResponse:
    """A token for a program, shown this once."""
    secret = people.make_token(request.app.state.store, _own(person), name, scope, person.name)
    return _account(request, person, secret)


@router.post("/account/tokens/{token}/revoke")
def revoke_token(request: Request, person: Officer, token: int) -> RedirectResponse:
    """Void a token of one's own."""
    people.revoke_token(request.app.state.store, token, person.name, _own(person))
    return RedirectResponse("/account", 303)
