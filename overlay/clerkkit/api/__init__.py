"""Endpoint functions and flows beyond the generated ones. They do no I/O: `clerk.send(...)` sends their requests."""
