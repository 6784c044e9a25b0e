"""Models: JSON objects with typed attributes, and the functions that read them."""
