"""Notes that the members of an organization share."""
