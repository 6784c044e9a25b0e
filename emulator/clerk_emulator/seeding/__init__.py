"""Load and dump seed files."""
