"""Pages: models that hold a part of a list, and read as its rows."""

from __future__ import annotations

from collections.abc import Iterator, KeysView
from typing import Any, ClassVar, Generic, TypeVar, overload

from clerk_core.model import Model, method

Row = TypeVar("Row")


class Page(Model, Generic[Row]):
    """A page of a list: a JSON object that reads as its rows with `for`, `len`, `bool` and `page[0]`.

    A page whose rows are absent or null is empty. The JSON object is `dict(page)` and `page["total_count"]`, as for
    any model.
    """

    _rows: ClassVar[str] = "data"
    """The attribute that holds the rows."""

    def __init_subclass__(cls, *, rows: str = "data") -> None:
        super().__init_subclass__()
        cls._rows = rows

    def __iter__(self) -> Iterator[Row]:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        return iter(_rows_of(self))

    def __len__(self) -> int:
        return len(_rows_of(self))

    @overload
    def __getitem__(self, key: int) -> Row: ...
    @overload
    def __getitem__(self, key: slice) -> list[Row]: ...
    @overload
    def __getitem__(self, key: str) -> Any: ...
    def __getitem__(self, key: int | slice | str) -> Any:
        """A row by its number, rows by a slice, or what a JSON key holds."""
        return super().__getitem__(key) if isinstance(key, str) else _rows_of(self)[key]

    def __contains__(self, key: object) -> bool:
        """Whether the JSON object has this key, or the page this row."""
        return super().__contains__(key) if isinstance(key, str) else key in _rows_of(self)

    @method
    def keys(self) -> KeysView[str]:
        """The keys of the JSON object, so that `dict(page)` gives it."""
        return dict(Model.__iter__(self)).keys()


def _rows_of(page: Page[Row]) -> list[Row]:
    rows: list[Row] | None = getattr(page, type(page)._rows)  # pyright: ignore[reportPrivateUsage]
    return rows or []
