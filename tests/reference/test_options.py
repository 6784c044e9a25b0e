"""The pages of docs/reference about exceptions and options."""

from __future__ import annotations

import inspect

import attrs
import pytest

import clerkkit.codes
from clerkkit import AsyncClerk, Clerk, errors
from clerkkit.auth import AuthOptions
from clerkkit.auth.requests import reasons
from clerkkit.integrations.shared.requirements import RequirementArguments
from clerkkit.reasons import EXPIRED, ISSUED_IN_FUTURE, NOT_YET_ACTIVE
from tests.reference import pages
from tools.reference import docstrings, execution, options
from tools.reference.events.example_data import populated_world
from tools.reference.options import auth, client, exceptions, guards, tables

NAMES = [
    *("auth-options.md", "client-options.md", "exceptions.md"),
    *("sync-options.md", "testing-options.md", "webhook-options.md"),
]
PAGES = {name: (pages.FOLDER / name).read_text(encoding="utf-8") for name in NAMES}


def test_new_pages_equal_the_committed_ones() -> None:
    assert options.build().pages == PAGES


def test_links_lead_to_pages_and_headings() -> None:
    assert list(pages.broken_links(PAGES)) == []


@pytest.mark.parametrize("name", NAMES)
def test_code_compiles(name: str) -> None:
    for code in pages.blocks(PAGES[name], "python"):
        compile(code, name, "exec", dont_inherit=True)


def test_every_option_has_a_row() -> None:
    for cls in (Clerk, AsyncClerk):
        for name in inspect.signature(cls).parameters:
            assert f"| `{name}` |" in PAGES[client.PAGE], name
    for name in [*attrs.fields_dict(AuthOptions), *RequirementArguments.__annotations__]:
        assert f"| `{name}` |" in PAGES[auth.PAGE], name
    for row in PAGES[auth.PAGE].split("## Options\n")[1].split("## Reasons")[0].splitlines():
        assert not row.startswith("| `") or row.split(" | ")[-1].startswith("`"), f"no error: {row}"


def test_guards_that_respond_differently_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "ASYNC", guards.ASYNC.replace('role="admin"', ""))
    with populated_world() as world:
        world.restart()
        with pytest.raises(guards.GuardFailed, match=r"Bob.*: Flask and FastAPI"):
            guards.render(world)


def test_every_exception_and_code_has_its_place() -> None:
    page = PAGES[exceptions.PAGE]
    assert [name for name in errors.__all__ if f"\n## {name}\n" not in page] == []
    known = {value for name, value in vars(clerkkit.codes).items() if name.isupper()}
    assert [code for code in known if f"| `{code}` |" not in page] == []


def test_every_reason_of_a_request_is_explained() -> None:
    values = {value for name, value in vars(reasons).items() if name.isupper() and isinstance(value, str)}
    listed = {name.removesuffix("...") for name in auth._REASONS}  # pyright: ignore[reportPrivateUsage]
    assert listed == values - {EXPIRED, ISSUED_IN_FUTURE, NOT_YET_ACTIVE}


def test_value_that_raises_no_error_is_reported() -> None:
    def create(size: int = 1) -> None:
        pass

    with pytest.raises(tables.InvalidOptionAccepted, match="size=0 raises no error"):
        tables.find_errors(create, {"size": 0})


@pytest.mark.parametrize("code", ["print(1 / 0)", "pass"])
def test_code_that_fails_or_prints_nothing_is_reported(code: str) -> None:
    with pytest.raises(execution.CodeFailed):
        execution.run(code, "test", {})


def test_different_results_of_sync_and_async_code_are_reported() -> None:
    with pytest.raises(execution.CodeFailed, match="the async code '2"):
        execution.run_both("print(1)", "print(2)", "test", {})


class Documented:
    """A class.

    More about it.
    """

    size: int = 3
    """The size,
    in meters."""
    _hidden: str = ""

    def __init__(self, name: str) -> None:
        """Create one.

        Args:
            name: Its name, which
                is long.

        Raises:
            ValueError: the name is empty.
        """
        self.name = name
        self.count = 0
        """A number."""

    @property
    def area(self) -> int:
        """The area."""
        return self.size**2


def test_docstrings_are_read_by_section_and_attribute() -> None:
    assert docstrings.summary(Documented) == "A class."
    assert docstrings.description(Documented) == ["More about it."]
    assert docstrings.description(Documented.__init__) == []
    assert docstrings.section(Documented.__init__, "Raises") == {"ValueError": "the name is empty."}
    (parameter,) = docstrings.parameters(Documented.__init__)
    assert (parameter.name, parameter.annotation, parameter.text) == ("name", "str", "Its name, which is long.")
    assert [
        (one.name, one.annotation, one.default, one.text) for one in docstrings.attributes(Documented).values()
    ] == [
        ("size", "int", "3", "The size, in meters."),
        ("name", "str", "", ""),
        ("count", "int", "", "A number."),
        ("area", "int", "", "The area."),
    ]
