"""What the attributes of models mean, from `meanings.yaml`."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import yaml

from clerk_bapi import Model, Page
from clerk_bapi.events import EVENTS
from clerk_core.models.fields import fields

FILE = Path(__file__).with_name("meanings.yaml")

_PAGE, _EVENT = "Page", "WebhookEvent"


def find(cls: type[Model], key: str) -> Iterator[str]:
    """Yield the meaning of a key of a class, if it has one."""
    text = next((read()[name] for name in _names(cls, key) if name in read()), "")
    if text:
        yield text


def unused(classes: Collection[type[Model]]) -> list[str]:
    """Return the entries that describe no attribute of the classes."""
    used = {name for cls in classes for one in fields(cls).values() for name in _names(cls, one.key)}
    return [name for name in read() if name not in used]


def _names(cls: type[Model], key: str) -> list[str]:
    """Return the names of the entries that can describe an attribute, those that take precedence first."""
    kind = _PAGE if issubclass(cls, Page) else _EVENT if cls in EVENTS.values() else ""
    return [f"{cls.__name__}.{key}", *([f"{kind}.{key}"] if kind else []), key]


@functools.cache
def read() -> Mapping[str, str]:
    """Return the texts by attribute."""
    texts: dict[str, str] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return texts
