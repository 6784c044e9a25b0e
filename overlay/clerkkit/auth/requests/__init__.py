"""Authenticate requests: adapters, cookies, handshakes, states."""
