"""Pages out of templates: the language of the reader, the person, the navigation, and addresses of static files.

Templates escape everything; `t(zh, en)` chooses the language. A fragment for htmx is a template of its own.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from importlib.resources import files
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from goufu.catalog.text import Lang
from goufu.cli.render.judgements import percent
from goufu.matcher.decisions.choice import choice_text
from goufu.web.roles import Person, current
from jinja2 import Environment, PackageLoader, StrictUndefined

LANGUAGE_COOKIE = "goufu_lang"
#: pages and lines in a place that was written down
_COUNTED = re.compile(r"第 (\d+) ([页行])")
#: the files that pages may load, and their kinds; nothing else is served
KINDS = {"goufu.css": "text/css", "goufu.js": "text/javascript", "htmx.min.js": "text/javascript"}


@lru_cache
def static_file(name: str) -> tuple[bytes, str]:
    """The content of a static file and a short digest of it. Raises KeyError for any name not in `KINDS`."""
    if name not in KINDS:
        raise KeyError(name)
    data = (files("goufu.web") / "static" / name).read_bytes()
    return data, hashlib.sha256(data).hexdigest()[:12]


def static_url(name: str) -> str:
    """The address of a static file, another one whenever its content changes."""
    return f"/static/{name}?v={static_file(name)[1]}"


@lru_cache
def environment() -> Environment:
    """The templates of `web/templates`."""
    made = Environment(
        loader=PackageLoader("goufu.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["static"] = static_url
    return made


def language(request: Request) -> Lang:
    """The language of this reader: as chosen by `?lang=` or before, else the server's."""
    said = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE, "")
    if said not in ("zh", "en"):
        said = request.app.state.settings.language
    return "en" if said == "en" else "zh"


def view(
    request: Request,
    template: str,
    person: Person | None = None,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **facts: Any,
) -> HTMLResponse:
    """The page of `template` with `facts`. Templates also have `request`, `person`, `lang`, `t(zh, en)`, `nav`, `here`."""
    from goufu.web.pages import navigation

    person = person or current(request)
    lang = language(request)
    text = environment().get_template(template).render(
        request=request,
        person=person,
        accounts=request.app.state.settings.accounts,
        lang=lang,
        t=lambda zh, en: en if lang == "en" else zh,
        nav=navigation(person),
        here=request.url.path,
        back_here=address_here(request),
        placed=lambda text: placed(text, lang),
        outcome=lambda made: outcome(made, lang),
        percent=percent,
        **facts,
    )  # fmt: skip
    return HTMLResponse(text, status, headers)


def address_here(request: Request) -> str:
    """The address to come back to, with what was asked; the first page where this one only answers a form."""
    if request.method != "GET":
        return "/"
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def placed(text: str, lang: str) -> str:
    """A place as `Place.text` wrote it down, in the language of the reader."""
    return (
        _COUNTED.sub(lambda m: f"{'p.' if m[2] == '页' else 'line'} {m[1]}", text) if lang == "en" else text
    )


def outcome(made: Any, lang: Lang) -> str:
    """What was decided, of anything with `outcome`, `code`, `name` and `nature`: a code with its name, or why there is none."""
    return choice_text(made.outcome, made.code, made.name, made.nature).in_lang(lang)


def is_fragment(request: Request) -> bool:
    """Whether htmx asks, for a part of a page."""
    return request.headers.get("hx-request") == "true" and request.headers.get("hx-boosted") != "true"
