"""The examples of docs/mcp.md run, and protect their resources."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from clerk_emulator import Emulator
from clerkkit.testing import instance

PAGE = (Path(__file__).resolve().parents[4] / "docs" / "mcp.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize(
    ("module", "path"),
    [("mcp.fastmcp", "/mcp"), ("mcp.sdk", "/mcp"), ("mcp.asgi", "/api")],
    ids=["fastmcp", "mcp", "asgi"],
)
def test_example_protects_its_resource(
    module: str, path: str, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLERK_SECRET_KEY", emulator.secret_key)
    monkeypatch.setenv("CLERK_API_URL", emulator.origin)
    monkeypatch.setenv("CLERK_PUBLISHABLE_KEY", instance().publishable_key)
    (block,) = [block for block in BLOCKS if f"clerkkit.integrations.{module} import" in block]
    names: dict[str, Any] = {"__name__": "page"}
    exec(compile(block, "docs/mcp.md", "exec", dont_inherit=True), names)

    async def main() -> tuple[httpx.Response, httpx.Response]:
        transport = httpx.ASGITransport(names["app"])
        async with httpx.AsyncClient(transport=transport, base_url="https://reports.example.com") as http:
            described = await http.get(f"/.well-known/oauth-protected-resource{path}")
            return described, await http.post(path)

    described, refused = asyncio.run(main())
    assert described.json()["resource"] == f"https://reports.example.com{path}"
    assert described.json()["scopes_supported"] == ["reports:read"]
    assert refused.status_code == 401
    assert f"/.well-known/oauth-protected-resource{path}" in refused.headers["www-authenticate"]
