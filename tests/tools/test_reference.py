"""The generator of docs/reference, and its pages of operations."""

from __future__ import annotations

import operator
import re
from pathlib import Path

import pytest

from clerk_emulator import Emulator
from tools.reference import __main__ as command
from tools.reference import operations as section
from tools.reference.operations import emulation, examples
from tools.reference.operations.catalog import by_name, operations
from tools.reference.operations.example_code import ExampleCode, write
from tools.reference.operations.run import ExampleFailed, run
from tools.reference.operations.world import populated_world
from tools.reference.section import Section, SectionFailed

PAGES = command.FOLDER
CODE = re.compile(r"^ *```python\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
MADE_HERE = (
    *("users.create", "users.set_profile_image", "clients.list", "sessions.refresh"),
    *("m2m.create_token", "jwks.get", "webhooks.delete_svix_app", "templates.get"),
)
"""Operations with a password, a file, a refusal, tokens, a key of its own, a public key, no body, and a deprecation."""


def committed(name: str) -> str:
    return (PAGES / name).read_text(encoding="utf-8")


def test_each_operation_has_a_page() -> None:
    folder = PAGES / "operations"
    found = {path.relative_to(PAGES).as_posix() for path in folder.rglob("*.md") if path.name != "index.md"}
    assert found == {operation.page for operation in operations().values()}
    for operation in operations().values():
        assert f"({operation.method}.md)" in committed(f"operations/{operation.resource}/index.md")
        assert f"({operation.resource}/{operation.method}.md)" in committed("operations/index.md")


def test_deprecated_operations_are_last_in_their_resource() -> None:
    assert [name for name in by_name() if name.startswith("clients.")] == [
        "clients.get",
        "clients.verify",
        "clients.list",
    ]
    assert re.findall(r"^\| \[`(\w+)`\]", committed("operations/clients/index.md"), re.MULTILINE) == [
        "get",
        "verify",
        "list",
    ]


def test_index_of_a_resource_lists_methods_that_are_no_operation() -> None:
    index = committed("operations/users/index.md")
    assert "| `find` | Return the user who has this email address" in index
    assert "| `iterate` | Iterate over all results of `users.list`" in index


def test_code_on_each_page_is_that_of_its_example_and_compiles() -> None:
    functions = examples.load()
    for operation in operations().values():
        if function := functions.get(operation.function):
            sync, asynchronous = CODE.findall(committed(operation.page))[:2]
            code = write(function)
            for shown, expected in ((sync, code.sync), (asynchronous, code.asynchronous)):
                assert "\n".join(line[4:] for line in shown.splitlines()) == expected.rstrip(), operation.page
                compile(expected, operation.page, "exec")


def test_pages_equal_a_new_generation() -> None:
    """`.ci/run` compares all pages."""
    # An update can remove one of them.
    chosen = [by_name()[name].id for name in MADE_HERE if name in by_name()]
    made = section.build(chosen)
    assert len(made.pages) > len(chosen) > 0
    for name, text in made.pages.items():
        assert committed(name) == text, f"{name}: run make reference"


def test_example_that_does_not_work_is_rejected() -> None:
    def example(sync: str, asynchronous: str = "") -> ExampleCode:
        head = "from clerkkit import Clerk\n"
        return ExampleCode(head + sync, head + (asynchronous or sync), ())

    with populated_world() as world:
        for code, problem in (
            (example("with Clerk() as clerk: clerk.users.get('user_nobody')"), "NotFound"),
            (example("def show(user: User): pass\nshow.__annotations__"), "NameError"),
            (example("print(1)"), "does not call it"),
            (example("with Clerk() as clerk: clerk.users.get('user_ada')", "print(1)"), "does not call it"),
            (
                example(
                    "with Clerk() as clerk: clerk.users.get('user_ada')",
                    "with Clerk() as clerk: print(clerk.users.get('user_ada').id)",
                ),
                "another outcome",
            ),
        ):
            with pytest.raises(ExampleFailed, match=problem):
                run(world, "GetUser", code)


def test_examples_begin_with_the_same_data() -> None:
    delete = "from clerkkit import Clerk\nwith Clerk() as clerk:\n    print(clerk.users.delete('user_ada').id)\n"
    with populated_world() as world:
        first, second = (run(world, "DeleteUser", ExampleCode(delete, delete, ())) for _ in range(2))
    assert first == second
    assert first.output == "user_ada\n"
    assert "user.deleted" in first.events


def test_operation_without_an_example_has_a_page_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examples, "load", dict)
    made = section.build(["GetUser"])
    assert made.problems == [
        "GetUser has no example: add get_user to tools/reference/operations/examples (CONTRIBUTING.md)"
    ]
    assert "has no example yet" in made.pages["operations/users/get.md"]
    assert "## Parameters" in made.pages["operations/users/get.md"]


def test_example_of_no_operation_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = examples.load()
    monkeypatch.setattr(examples, "load", lambda: {**loaded, "get_nothing": loaded["get_user"]})
    made = section.build(["GetUser"])
    assert made.problems == ["tools/reference/operations/examples: there is no operation get_nothing"]


def test_pages_are_written_and_removed_and_drift_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = Section({"index.md": "# A\n", "users/get.md": "# B\n"}, ["GetUser has no example"])
    monkeypatch.setattr(command, "FOLDER", tmp_path)
    monkeypatch.setattr(command, "build", lambda: made)
    (tmp_path / "gone").mkdir()
    (tmp_path / "gone" / "list.md").write_text("# C\n", encoding="utf-8")

    assert command.main(["--check"]) == 1
    reported = capsys.readouterr().err
    assert "GetUser has no example" in reported
    for name in ("gone/list.md", "index.md", "users/get.md"):
        assert f"docs/reference/{name} is not up to date: run make reference" in reported
    assert (tmp_path / "gone" / "list.md").exists()

    assert command.main([]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "GetUser has no example"
    assert not (tmp_path / "gone").exists()
    assert (tmp_path / "users" / "get.md").read_text(encoding="utf-8") == "# B\n"

    assert command.main(["--check"]) == 1
    assert "not up to date" not in capsys.readouterr().err
    monkeypatch.setattr(command, "build", lambda: Section(made.pages))
    assert command.main(["--check"]) == 0


def test_failure_of_a_section_is_reported_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> Section:
        raise SectionFailed("GetUser: NotFound")

    monkeypatch.setattr(command, "FOLDER", tmp_path)
    monkeypatch.setattr(command, "build", fail)
    assert command.main([]) == 1
    assert capsys.readouterr().err == "GetUser: NotFound\n"
    assert list(tmp_path.iterdir()) == []


def test_notes_on_the_emulator_name_operations_and_controls_that_exist() -> None:
    assert emulation.notes().keys() <= operations().keys()
    named = {name for text in emulation.notes().values() for name in re.findall(r"`emulator\.([\w.]+)\(", text)}
    assert named
    with Emulator() as emulator:
        for name in named:
            assert callable(operator.attrgetter(name)(emulator)), name
