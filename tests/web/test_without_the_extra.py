"""What is said where the web server's packages are not installed."""

from __future__ import annotations

import pytest


def test_the_rest_of_these_tests_is_tried() -> None:
    for name in ("fastapi", "argon2", "httpx2"):
        pytest.importorskip(
            name, reason=f"{name} is not installed (goufu[web]): the web server is not tested"
        )
