"""The type of `clerk.paginate` in mypy: for every list operation, its rows have the type of the resource's iterator."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import mypy.api

from clerkkit import Clerk
from tests.generated.iteration import LISTS, ListOperation
from tests.loopback import KEY

ROOT = Path(__file__).parents[2]


def row_of(listing: ListOperation) -> str:
    """Return the type of a row of the resource's iterator."""
    group = type(getattr(Clerk(KEY), listing.operation.group))
    name = re.sub(r"^(list|get)(?=_|$)", "iterate", listing.operation.member)
    walk = getattr(group, name if name != listing.operation.member else f"iterate_{name}")
    annotation: str = inspect.signature(walk).return_annotation
    return annotation.removeprefix("Iterator[").removesuffix("]")


def test_paginate_has_the_row_type_of_every_list(tmp_path: Path) -> None:
    lines = [
        "from collections.abc import Iterator",
        "from typing import assert_type",
        "from clerk_bapi import api, models",
    ]
    lines += ["from clerkkit import Clerk", "def check(clerk: Clerk) -> None:"]
    for listing in LISTS:
        function = listing.operation.function.__name__
        arguments = listing.arguments()
        ids = [repr(arguments.pop(argument.name)) for argument in listing.operation.of("path")]
        given = ", ".join([f"api.{function}", *ids, *(f"{name}={value!r}" for name, value in arguments.items())])
        lines.append(f"    assert_type(clerk.paginate({given}), Iterator[models.{row_of(listing)}])")
    source = tmp_path / "paginate_cases.py"
    source.write_text("\n".join(lines) + "\n")
    assert len(LISTS) == 37
    output, problem, status = mypy.api.run(["--config-file", str(ROOT / "pyproject.toml"), str(source)])
    assert status == 0, f"{output}{problem}"
