"""The documentation site: how pages are collected, listed and checked. `make docs` builds it whole."""
