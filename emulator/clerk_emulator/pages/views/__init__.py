"""The hosted pages, one module each."""
