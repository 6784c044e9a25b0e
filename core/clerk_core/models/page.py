"""Pages: models of a part of a list, which behave like sequences of its rows."""

from __future__ import annotations

from collections.abc import Iterator, KeysView
from typing import Any, ClassVar, Generic, TypeVar, overload

from clerk_core.models.model import Model, method

Row = TypeVar("Row")


class Page(Model, Generic[Row]):
    """A page of a list. `for`, `len`, `bool` and `page[0]` use its rows.

    A page whose rows are absent or null is empty. `dict(page)` and `page["total_count"]` use the JSON object, as for
    all models.
    """

    _rows: ClassVar[str] = "data"
    """The name of the attribute that holds the rows."""

    def __init_subclass__(cls, *, rows: str = "data") -> None:
        super().__init_subclass__()
        cls._rows = rows

    def __iter__(self) -> Iterator[Row]:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        return iter(_get_rows(self))

    def __len__(self) -> int:
        return len(_get_rows(self))

    @overload
    def __getitem__(self, key: int) -> Row: ...
    @overload
    def __getitem__(self, key: slice) -> list[Row]: ...
    @overload
    def __getitem__(self, key: str) -> Any: ...
    def __getitem__(self, key: int | slice | str) -> Any:
        """Return a row by index, rows by slice, or the value of a JSON key."""
        return super().__getitem__(key) if isinstance(key, str) else _get_rows(self)[key]

    def __contains__(self, key: object) -> bool:
        """Return whether the JSON object has this key, or the page has this row."""
        return super().__contains__(key) if isinstance(key, str) else key in _get_rows(self)

    @method
    def keys(self) -> KeysView[str]:
        """Return the keys of the JSON object, which `dict(page)` needs."""
        return dict(Model.__iter__(self)).keys()


def _get_rows(page: Page[Row]) -> list[Row]:
    rows: list[Row] | None = getattr(page, type(page)._rows)  # pyright: ignore[reportPrivateUsage]
    return rows or []
