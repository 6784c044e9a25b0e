"""The routes: pages, and an API in JSON."""
