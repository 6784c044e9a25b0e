"""From Clerk's OpenAPI documents to `spec/` and `generated/`. Build time only: nothing shipped imports this."""
