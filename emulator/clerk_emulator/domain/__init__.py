"""Rules of Clerk's resources."""
