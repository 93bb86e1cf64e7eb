"""The switch between Chinese and English, kept in a cookie of its own."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from goufu.web.roles import Anyone
from goufu.web.view import LANGUAGE_COOKIE

router = APIRouter()


@router.get("/language/{lang}")
def language(request: Request, person: Anyone, lang: str, back: str = "/") -> RedirectResponse:
    """Choose `lang` and go back to the page that was open."""
    answer = RedirectResponse(own_page(back), 303)
    if lang in ("zh", "en"):
        answer.set_cookie(LANGUAGE_COOKIE, lang, max_age=365 * 86400, httponly=True, samesite="lax")
    return answer


def own_page(path: str) -> str:
    """`path` where it is a page of this server, else the first page: nobody is sent elsewhere by a link."""
    inside = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if inside else "/"
