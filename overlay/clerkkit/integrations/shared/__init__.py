"""What the integrations share: requirements, callers, settings, response headers."""
