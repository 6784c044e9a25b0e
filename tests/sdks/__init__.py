"""Clerk's own SDKs against the emulator: `make sdks`, which needs node, npm and the package registries."""
