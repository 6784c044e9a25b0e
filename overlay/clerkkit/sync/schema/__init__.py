"""The kinds of objects, their tables, and the SQL that writes them."""
