"""Endpoint functions beyond those of the contract. They do no I/O either: `clerk.send(...)` sends what they make."""
