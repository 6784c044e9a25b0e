"""Check handwritten code against the contract."""
