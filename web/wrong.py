"""What went wrong, in one sentence: JSON for programs, a fragment for htmx, a page for people."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from goufu.catalog.errors import GoufuError
from goufu.catalog.text import Text
from goufu.disclosure.lists.combine import NoTitleError
from goufu.store.errors import ConflictError, NoSuchRunError, StoreError
from goufu.store.people import NoSuchPersonError, RefusedError, TooManyTriesError
from goufu.web.limits import TooLongError, TooOftenError
from goufu.web.roles import ForbiddenError, Person, SignInError, current
from goufu.web.view import address_here, is_fragment, language, view
from starlette.exceptions import HTTPException

#: the status of each kind of error; 400 for any other
_STATUS: tuple[tuple[type[GoufuError], int], ...] = (
    (SignInError, 401),
    (TooManyTriesError, 429),
    (TooOftenError, 429),
    (TooLongError, 413),
    (RefusedError, 403),
    (ForbiddenError, 403),
    (NoSuchPersonError, 404),
    (NoSuchRunError, 404),
    (ConflictError, 409),
    (StoreError, 503),  # any other: the database is away or full, the same may be asked again later
)
_HEADINGS = {
    401: ("请登录", "Sign in"),
    403: ("不能这样做", "Not allowed"),
    404: ("没有找到", "Not found"),
    409: ("已有改动", "Changed meanwhile"),
    413: ("太大了", "Too large"),
    500: ("出了差错", "Something went wrong"),
    503: ("暂时不行", "Not at the moment"),
}
_HTTP = {
    404: ("没有这个页面。", "There is no such page."),
    405: ("这个地址不接受这种请求。", "This address does not take such a request."),
}


#: where a blank list comes from, for who has only a browser
_BLANK = Text("空白表格可在“上传”页下载，填好后再交。", "A blank list can be downloaded on the page Upload.")


def for_browsers(error: GoufuError) -> GoufuError:
    """`error` with what somebody can do who has no command line."""
    return NoTitleError(error.seen, error.where, _BLANK) if isinstance(error, NoTitleError) else error


def install_answers(app: FastAPI) -> None:
    """Let the app answer errors by the functions of this module."""
    app.add_exception_handler(GoufuError, answer)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _not_understood)


def status_of(error: GoufuError) -> int:
    """The HTTP status of an error."""
    return next((code for kind, code in _STATUS if isinstance(error, kind)), 400)


def answer(request: Request, error: Any, status: int = 0) -> Response:
    """The answer to a request that ended with `error`, a GoufuError."""
    error, status = for_browsers(error), status or status_of(error)
    known = getattr(request.state, "person", None) is not None
    if not known:  # it went wrong before anybody was
        request.state.person = Person(0, "", "anyone")
    if "authorization" in request.headers or request.url.path.startswith(("/api/", "/reconcile")):
        wait = {"Retry-After": str(error.wait)} if isinstance(error, TooOftenError) else None
        said = {"error": error.english, "error_zh": error.message, "where": error.where}
        return JSONResponse(said, status, wait)
    if status == 401 and request.method == "GET" and not is_fragment(request):
        return RedirectResponse(f"/sign-in?next={quote(address_here(request))}", 303)
    sentence = error.text(language(request))
    if is_fragment(request):
        return view(request, "said.html", status=status, sentence=sentence)
    heading = _HEADINGS.get(status, ("没有完成", "Not done"))[language(request) == "en"]
    return view(
        request, "error.html", status=status, heading=heading, sentence=sentence, again=status >= 500, known=known
    )  # fmt: skip


def _http(request: Request, error: Any) -> Response:
    current(request)
    zh, en = _HTTP.get(error.status_code, (str(error.detail), str(error.detail)))
    return answer(request, GoufuError(zh, en), error.status_code)


def _not_understood(request: Request, error: Any) -> Response:
    """Parameters that are not what the route takes; what was sent is not repeated."""
    names = "、".join(dict.fromkeys(str(one["loc"][-1]) for one in error.errors()))
    return answer(
        request,
        GoufuError(f"请求中有的值不对：{names}。", f"Some values of the request are not right: {names}."),
        422,
    )


def too_large_answer(request: Request) -> Response:
    """More was sent than is taken: said like every other sentence, as it stands on the page of who sent it."""
    told = GoufuError(
        "太大，没有收下；上限写在“上传”页上。",
        "Too large, nothing was taken; the page Upload says how much may be sent.",
    )
    return answer(request, told, 413)


def unforeseen_answer(request: Request, error: Exception) -> Response:
    """What nobody foresaw: a report without contents is kept, and one sentence is said."""
    from goufu.cli.shared.faults import unforeseen

    return answer(request, unforeseen(error, afar=True), 500)
