"""Dispatch requests to the control API and for pages: find the handler, and respond with what it returns."""
