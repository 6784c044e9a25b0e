"""Read the contract, and validate values and responses against it."""
