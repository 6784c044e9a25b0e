"""Tables, transactions, clock, ids, keys and settings."""
