"""Read Clerk's documents."""
