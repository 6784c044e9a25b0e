"""Make models work with attrs: `attrs.fields`, `attrs.asdict`, `attrs.evolve`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from clerk_core._unset import UNSET
from clerk_core.models.fields import fields


class AttrsFields:
    """The descriptor behind `__attrs_attrs__`. It imports attrs when it is first used."""

    def __init__(self) -> None:
        self._created: dict[type[Any], Any] = {}

    def __get__(self, instance: object, owner: type[Any]) -> Any:
        if owner in self._created:
            return self._created[owner]
        import attrs

        declare: Any = attrs.field  # the stubs of attrs allow types only, not strings, for `type`
        declared = {
            name: declare(
                default=attrs.NOTHING if field.required else field.default, type=field.annotation, kw_only=True
            )
            for name, field in fields(owner).items()
        }
        declared["additional_properties"] = declare(factory=dict, type="dict[str, Any]", kw_only=True)
        like: Any = attrs.make_class(owner.__name__, declared)
        self._created[owner] = like.__attrs_attrs__
        return like.__attrs_attrs__


class Undeclared(dict[str, Any]):
    """The keys of a model that its class does not declare."""

    model: Any = None


class AdditionalProperties:
    """The descriptor that passes undeclared keys to attrs, which would drop them otherwise."""

    def __get__(self, instance: Any, owner: type[Any]) -> Any:
        if instance is None:
            return self
        declared = {field.key for field in fields(owner).values()}
        undeclared = Undeclared((key, value) for key, value in _items(instance) if key not in declared)
        undeclared.model = instance
        return undeclared

    def __set__(self, instance: object, value: object) -> None:
        raise AttributeError("additional_properties cannot be assigned; set the key itself")


def _items(model: Any) -> Iterator[tuple[str, Any]]:
    return ((key, value) for key, value in model.__dict__.items() if value is not UNSET)
