"""The sections of the dashboard, one module each."""

from importlib import import_module
from pkgutil import iter_modules


def load() -> None:
    """Import all sections, which register their pages."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
