"""Measures of the copy in a database, on PostgreSQL."""
