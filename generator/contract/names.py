"""Names: how Clerk's spelling becomes Python's."""

from __future__ import annotations

import keyword
import re

# Words that a split at the capitals would tear apart.
_WHOLE = {"OAuth": "Oauth", "M2M": "M2m", "URLs": "Urls", "IDs": "Ids", "APIs": "Apis"}
_CAPITALS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def words(name: str) -> list[str]:
    """`GetOAuthAccessToken` -> `["get", "oauth", "access", "token"]`."""
    for whole, plain in _WHOLE.items():
        name = name.replace(whole, plain)
    spaced = _CAPITALS.sub(" ", name)
    return [word.lower() for word in re.split(r"[^0-9A-Za-z]+", spaced) if word]


def snake(name: str) -> str:
    """A snake_case Python identifier; keywords get a trailing underscore."""
    joined = "_".join(words(name))
    if not joined or joined[0].isdigit():
        joined = f"field_{joined}"
    return f"{joined}_" if keyword.iskeyword(joined) else joined


def pascal(name: str) -> str:
    """The name in PascalCase, acronyms kept as Clerk writes them."""
    return "".join(part[0].upper() + part[1:] for part in re.split(r"[^0-9A-Za-z]+", name) if part)


def pascal_from_snake(name: str) -> str:
    """`custom_attributes` -> `CustomAttributes`."""
    return "".join(word.capitalize() for word in words(name))


def plural(name: str) -> str:
    """The name of a list of what is called `name`."""
    if name.endswith("s"):
        return name
    return f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"


def singular(name: str) -> str:
    """The name of one item of a list called `name`."""
    for plural, single in (("ies", "y"), ("sses", "ss"), ("ss", "ss"), ("s", "")):
        if name.endswith(plural):
            return name[: -len(plural)] + single
    return name


def class_key(name: str) -> str:
    """What two names share when they would become the same Python class."""
    return re.sub(r"[^0-9a-z]", "", name.lower())
