"""Tests in a real browser, with Clerk's own frontend: `make browser`."""
