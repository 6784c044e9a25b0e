"""Verify tokens: signing keys, JWTs, claims, machine tokens."""
