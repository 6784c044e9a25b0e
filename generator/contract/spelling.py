"""Convert names between Clerk's spelling and Python's."""

from __future__ import annotations

import keyword
import re

# Words that splitting at capital letters would break up.
_WHOLE = {"OAuth": "Oauth", "M2M": "M2m", "URLs": "Urls", "IDs": "Ids", "APIs": "Apis"}
_CAPITALS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def words(name: str) -> list[str]:
    """Split a name into words: `GetOAuthAccessToken` -> `["get", "oauth", "access", "token"]`."""
    for whole, plain in _WHOLE.items():
        name = name.replace(whole, plain)
    spaced = _CAPITALS.sub(" ", name)
    return [word.lower() for word in re.split(r"[^0-9A-Za-z]+", spaced) if word]


def snake(name: str) -> str:
    """Return the name as a snake_case Python identifier; keywords get a trailing underscore."""
    joined = "_".join(words(name))
    if not joined or joined[0].isdigit():
        joined = f"field_{joined}"
    return f"{joined}_" if keyword.iskeyword(joined) else joined


def pascal(name: str) -> str:
    """Return the name in PascalCase, with acronyms as Clerk writes them."""
    return "".join(part[0].upper() + part[1:] for part in re.split(r"[^0-9A-Za-z]+", name) if part)


def pascal_from_snake(name: str) -> str:
    """Return a snake_case name in PascalCase: `custom_attributes` -> `CustomAttributes`."""
    return "".join(word.capitalize() for word in words(name))


def plural(name: str) -> str:
    """Return the plural of a name."""
    if name.endswith("s"):
        return name
    if name.endswith(("ch", "sh", "x")):
        return f"{name}es"
    return f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"


def singular(name: str) -> str:
    """Return the singular of a name."""
    for plural, single in (("ies", "y"), ("sses", "ss"), ("ss", "ss"), ("s", "")):
        if name.endswith(plural):
            return name[: -len(plural)] + single
    return name


def class_key(name: str) -> str:
    """Return a key that is equal for names that would become the same Python class."""
    return re.sub(r"[^0-9a-z]", "", name.lower())
