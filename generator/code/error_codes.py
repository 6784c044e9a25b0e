"""Read `spec/codes.yaml`: Clerk's error codes and their HTTP statuses."""

from __future__ import annotations

import re
from http import HTTPStatus
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from clerk_core.guards import is_list, is_object
from generator.problems import GeneratorProblem

Codes = dict[str, list[int]]

_CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_STATUSES = {status.value for status in HTTPStatus if status.value >= 400}


def load(path: Path) -> Codes:
    """Return the checked codes. Codes and statuses must be sorted, so that diffs are small."""
    try:
        text = path.read_text(encoding="utf-8")
        codes: Any = yaml.safe_load(text)
        node: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise GeneratorProblem(f"{path.name}: cannot be read ({' '.join(str(error).split())})") from error
    if not is_object(codes) or not codes:
        raise GeneratorProblem(f"{path.name}: names no codes")
    for code, statuses in codes.items():
        _check(path.name, code, statuses)
    # A dict keeps only one of two equal keys; the YAML nodes have both.
    for one, other in pairwise(key.value for key, _ in node.value):
        if one >= other:
            raise GeneratorProblem(f"{path.name}: {other} " + ("is there twice" if one == other else f"is after {one}"))
    return codes


def _check(file: str, code: Any, statuses: Any) -> None:
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise GeneratorProblem(f"{file}: {code!r} is not a code")
    if not is_list(statuses):
        raise GeneratorProblem(f"{file}: {code}: expected a list of statuses, found {statuses!r}")
    for status in statuses:
        if type(status) is not int or status not in _STATUSES:
            raise GeneratorProblem(f"{file}: {code}: {status!r} is not the status of an error")
    if statuses != sorted(set(statuses)):
        raise GeneratorProblem(f"{file}: {code}: {statuses} is not sorted, or has a status twice")
