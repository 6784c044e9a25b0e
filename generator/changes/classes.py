"""The classes that schemas become."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser.properties.schemas import Class

_CONFIG = Path(__file__).resolve().parents[2] / "generator_config.yaml"


@cache
def _config() -> Config:
    return Config.from_sources(
        ConfigFile.load_from_path(_CONFIG), MetaType.NONE, _CONFIG, "utf-8", overwrite=False, output_path=None
    )


def class_name(schema: str) -> str:
    """The class that a schema becomes."""
    return str(Class.from_string(string=schema, config=_config()).name)
