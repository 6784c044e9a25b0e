"""Clerk's own SDKs, from the package registries: `make sdks` and `make official-calls`."""
