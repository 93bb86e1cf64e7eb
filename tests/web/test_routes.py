"""Every route says for whom it is, every page has a content policy, and nothing but three files is served."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from goufu.web.app import create_app
from goufu.web.people import ROLES
from starlette.testclient import TestClient


def declared(dependant: Dependant) -> Iterator[str]:
    """The roles that a route names."""
    for one in dependant.dependencies:
        if hasattr(one.call, "role"):
            yield one.call.role
        yield from declared(one)


def routes(app: Any) -> Iterator[tuple[str, frozenset[str], Dependant | None]]:
    """Each route: its path, methods and what it depends on, None where that is not known."""
    for context in iter_route_contexts(app.routes):
        dependant = getattr(context, "dependant", None)
        yield context.path or "", frozenset(context.methods or ()), dependant


def test_every_route_names_its_role(settings: Any) -> None:
    found = list(routes(create_app(settings)))
    assert len(found) > 10
    for path, _, dependant in found:
        assert dependant is not None, f"{path} is no route of FastAPI and cannot be guarded"
        roles = set(declared(dependant))
        assert len(roles) == 1, f"{path} names {roles or 'no role'}"
        assert roles <= set(ROLES)


@pytest.mark.parametrize(
    "path", ["/", "/worklist", "/catalog", "/overview", "/precedents", "/hand-over", "/people", "/sign-in"]
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pages_stand(client: TestClient, path: str, lang: str) -> None:
    client.cookies.set("goufu_lang", lang)
    answer = client.get(path)
    assert answer.status_code == 200
    assert f'lang="{"en" if lang == "en" else "zh-CN"}"' in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert " style=" not in answer.text
    assert " onclick=" not in answer.text


@pytest.mark.parametrize(
    "name", ["../app.py", "..%2fapp.py", "README.md", "goufu.css%00", "%2e%2e/settings.py"]
)
def test_nothing_else_is_served(client: TestClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


@pytest.mark.parametrize("elsewhere", ["//example.org", "https://example.org", "/\\example.org", "\n/x"])
def test_no_link_leads_elsewhere(client: TestClient, elsewhere: str) -> None:
    answer = client.get("/language/en", params={"back": elsewhere}, follow_redirects=False)
    assert answer.headers["location"] == "/"
