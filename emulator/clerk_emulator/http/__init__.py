"""ASGI app and server."""
