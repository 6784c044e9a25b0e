"""Clerk in web frameworks: a module for each, with an extra of the same name."""
