"""Defaults of clients."""

VERSION_PATH = "/v1"
DEFAULT_BASE_URL = f"https://api.clerk.com{VERSION_PATH}"
DEFAULT_TIMEOUT = 30.0
"""Seconds."""
