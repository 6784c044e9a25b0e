"""The runner of guides finds what is wrong in a guide."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.guides import environments
from tests.guides.blocks import blocks_of
from tests.guides.commands import missing_requirements
from tests.guides.runner import GuideError, GuideRunner


def run(tmp_path: Path, text: str) -> Path:
    """Run a guide, and return its folder."""
    page = tmp_path / "guide.md"
    page.write_text(text, encoding="utf-8")
    project = tmp_path / "project"
    project.mkdir()
    with GuideRunner(page, project, environments.of_the_tests()) as runner:
        runner.run()
    return project


def test_files_commands_and_programs_run_in_order(tmp_path: Path) -> None:
    project = run(
        tmp_path,
        "```python\n# shop/prices.py\nPRICE = 3\n```\n"
        "```python\n# shop/prices.py, at the end\nPRICE += 1\n```\n"
        "```sh\nexport SHOP=open\ncd shop\n```\n"
        "```python\nimport os\nimport prices\nprint(prices.PRICE, os.environ['SHOP'])\n```\n\n"
        "```\n4 open\n```\n",
    )
    assert (project / "shop" / "prices.py").read_text(encoding="utf-8").endswith("PRICE += 1\n")


def test_a_guide_without_an_emulator_gets_one_with_people(tmp_path: Path) -> None:
    code = "from clerkkit import Clerk\nwith Clerk() as clerk:\n    print(clerk.users.count().total_count)\n"
    run(tmp_path, f"```python\n{code}```\n\n```\n2\n```\n")


def test_a_guide_that_starts_the_emulator_reads_its_keys_in_each_terminal(tmp_path: Path) -> None:
    start = "```sh\nclerk-emulator --quiet\n```\n\n```\n...http://127.0.0.1:4010...\n```\n"
    count = 'curl -s -H "Authorization: Bearer $CLERK_SECRET_KEY" http://127.0.0.1:4010/v1/users/count\n'
    with pytest.raises(GuideError, match="block 3"):
        run(tmp_path, f'{start}```sh\n{count}```\n\n```\n{{..."total_count":0}}\n```\n')
    (tmp_path / "second").mkdir()
    read = 'eval "$(clerk-emulator --print-env)"\n'
    run(tmp_path / "second", f'{start}```sh\n{read}{count}```\n\n```\n{{..."total_count":0}}\n```\n')


def test_a_guide_may_show_the_first_line_of_a_server(tmp_path: Path) -> None:
    app = "```python\n# app.py\nfrom fastapi import FastAPI\napp = FastAPI()\n```\n"
    run(tmp_path, f"{app}```sh\nuvicorn app:app\n```\n\n```\nINFO:     Started server process [...]\n```\n")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("```python\n1 / 0\n```\n", "ZeroDivisionError"),
        ("```sh\nfalse\ntrue\n```\n", "exit code 1"),
        ("```sh\necho one\n```\n\n```\ntwo\n```\n", "prints\none"),
        ("```sh\npip install 'clerkkit[nothing]' a-package-of-nobody\n```\n", "clerkkit.nothing., a-package-of-nobody"),
        ("```python\n# prices.py\nPRICE = 3\n```\n", "prices.py is not used"),
        ("```python\n# prices.py, at the end\nPRICE = 3\n```\n", "prices.py does not exist"),
        ("```elixir\nIO.puts(1)\n```\n", "neither a file"),
        ("```sh\ntrue\n```\ntext\n```\nno output of a command\n```\n", "neither a file"),
        ("```sh\nuvicorn nothing:app\n```\n", "does not listen"),
    ],
)
def test_a_wrong_block_is_found(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(GuideError, match=problem):
        run(tmp_path, text)


def test_blocks_in_tabs_are_found(tmp_path: Path) -> None:
    page = tmp_path / "guide.md"
    page.write_text('=== "Sync"\n\n    ```python\n    if x:\n        y\n    ```\n', encoding="utf-8")
    (block,) = blocks_of(page)
    assert (block.language, block.text) == ("python", "if x:\n    y\n")


def test_requirements_are_read() -> None:
    assert [*missing_requirements('pip install "clerkkit[emulator,fastapi]>=0.1" pytest')] == []
    assert [*missing_requirements("pip install @")] == ["@"]
