"""Read the hand-written YAML files in `spec/`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from generator.problems import GeneratorProblem


def read_yaml(path: Path) -> Any:
    """Return the content of a YAML file.

    Raises:
        GeneratorProblem: the file is missing or not YAML.
    """
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise GeneratorProblem(f"{path.name}: cannot be read ({' '.join(str(error).split())})") from error
