"""The contract: operations, schemas, and responses checked against them."""
