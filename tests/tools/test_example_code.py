"""The code on the pages of operations, written from the functions of the examples."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from tools.reference.operations import example_code
from tools.reference.operations.example_code import ExampleCode

Write = Callable[[str], ExampleCode]


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Write]:
    """Write the code of the function `example` in a module with this source."""

    def write_code(source: str) -> ExampleCode:
        path = tmp_path / "written_example.py"
        path.write_text(textwrap.dedent(source), encoding="utf-8")
        spec = spec_from_file_location("written_example", path)
        assert spec is not None
        assert spec.loader is not None
        module: Any = module_from_spec(spec)
        sys.modules["written_example"] = module
        spec.loader.exec_module(module)
        return example_code.write(module.example)

    yield write_code
    sys.modules.pop("written_example", None)


def test_body_is_shown_for_both_clients(write: Write) -> None:
    code = write(
        """
        from clerkkit import Clerk

        def example(clerk: Clerk) -> None:
            user = clerk.users.get("user_1")  # the id of a cookie
            print(user.id)
        """
    )
    assert code.sync == (
        "from clerkkit import Clerk\n\n"
        "with Clerk() as clerk:\n"
        '    user = clerk.users.get("user_1")  # the id of a cookie\n'
        "    print(user.id)\n"
    )
    assert code.asynchronous == (
        "import asyncio\n\n"
        "from clerkkit import AsyncClerk\n\n\n"
        "async def main() -> None:\n"
        "    async with AsyncClerk() as clerk:\n"
        '        user = await clerk.users.get("user_1")  # the id of a cookie\n'
        "        print(user.id)\n\n\n"
        "asyncio.run(main())\n"
    )


@pytest.mark.parametrize(
    ("line", "awaited"),
    [
        ("print(clerk.users.get('a').id)", "print((await clerk.users.get('a')).id)"),
        ("for user in clerk.users.list():\n    pass", "for user in await clerk.users.list():\n    pass"),
        (
            "for one in clerk.users.list('a').data:\n    pass",
            "for one in (await clerk.users.list('a')).data:\n    pass",
        ),
        ("for user in clerk.users.iterate():\n    pass", "async for user in clerk.users.iterate():\n    pass"),
        ("clerk.users.get(clerk.users.list()[0].id)", "await clerk.users.get((await clerk.users.list())[0].id)"),
        ("print(clerk.base_url, len('clerk.users.get()'))", "print(clerk.base_url, len('clerk.users.get()'))"),
        (
            "try:\n    clerk.clients.list()\nexcept ValueError:\n    pass",
            "try:\n    await clerk.clients.list()\nexcept ValueError:\n    pass",
        ),
    ],
)
def test_calls_are_awaited(write: Write, line: str, awaited: str) -> None:
    code = write(f"def example(clerk):\n{textwrap.indent(line, '    ')}\n")
    assert textwrap.indent(awaited, " " * 8) in code.asynchronous
    assert textwrap.indent(line, " " * 4) in code.sync


def test_only_imports_that_the_code_uses_are_shown(write: Write) -> None:
    code = write(
        """
        from __future__ import annotations

        import json
        from datetime import UTC, datetime

        from clerkkit import ApiError, Clerk
        from clerkkit.models import User

        def example(clerk: Clerk) -> None:
            try:
                print(isinstance(clerk.users.get("a"), User), datetime(2026, 1, 1))
            except ApiError as error:
                print(error)

        def another(clerk: Clerk) -> None:
            print(json.dumps({}), UTC)
        """
    )
    assert code.sync.startswith(
        "from datetime import datetime\n\n"
        "from clerkkit import ApiError, Clerk\n"
        "from clerkkit.models import User\n\n"
        "with Clerk() as clerk:\n"
    )
    assert code.asynchronous.startswith(
        "import asyncio\nfrom datetime import datetime\n\n"
        "from clerkkit import ApiError, AsyncClerk\n"
        "from clerkkit.models import User\n\n\n"
    )


def test_parameters_are_variables_and_the_secret_key_is_that_of_the_client(write: Write) -> None:
    code = write("def example(clerk, secret_key, token):\n    clerk.m2m.verify_token(token=token)\n")
    assert code.variables == ("secret_key", "token")
    assert "with Clerk(secret_key) as clerk:" in code.sync
    assert "async with AsyncClerk(secret_key) as clerk:" in code.asynchronous


def test_iterator_outside_of_a_loop_is_rejected(write: Write) -> None:
    with pytest.raises(AssertionError, match="iterates over pages with a for statement"):
        write("def example(clerk):\n    print(list(clerk.users.iterate()))\n")
