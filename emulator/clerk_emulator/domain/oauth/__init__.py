"""The OAuth authorization server: users grant applications access to their accounts."""
