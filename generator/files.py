"""The YAML files of `spec/`, which people write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from generator.problems import GeneratorProblem


def read_yaml(path: Path) -> Any:
    """Return what a file holds.

    Raises:
        GeneratorProblem: it is not there, or not YAML.
    """
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise GeneratorProblem(f"{path.name}: cannot be read ({' '.join(str(error).split())})") from error
