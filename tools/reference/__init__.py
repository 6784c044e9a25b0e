"""The generator of docs/reference: `python -m tools.reference`. Each folder makes one section of it."""
