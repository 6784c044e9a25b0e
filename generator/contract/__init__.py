"""Turn Clerk's documents into `spec/`."""
