"""Seeds as YAML."""

from __future__ import annotations

from typing import Any, cast

import yaml

from clerk_emulator.json_types import Json


class _Loader(yaml.SafeLoader):
    """YAML without timestamps, because the API takes times as text."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, form) for tag, form in resolvers if not tag.endswith(":timestamp")]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class _Dumper(yaml.SafeDumper):
    """YAML that writes multi-line text, such as keys, as blocks."""


def _represent_text(dumper: Any, value: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _represent_text)


def parse(text: str) -> Any:
    """Return the value of a YAML document. Raises ValueError if it is invalid."""
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - a restricted SafeLoader
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None


def to_yaml(data: Json) -> str:
    """Return a seed as YAML."""
    text: str = cast(Any, yaml).dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True)
    return text
