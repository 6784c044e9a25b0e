"""The rules of Clerk's resources."""
