"""Migrations of the tables of the copy."""
