"""Read, authenticate, validate and list: what happens to a request before its handler."""
