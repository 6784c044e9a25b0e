"""Process requests: authenticate, limit, validate and execute them, and apply faults."""
