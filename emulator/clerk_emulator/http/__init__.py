"""Serve the emulator over HTTP: the ASGI application, and uvicorn."""
