"""Authenticate requests: adapt, decide, render the state."""
