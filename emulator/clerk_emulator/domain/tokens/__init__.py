"""Tokens, API keys and secrets of machines, apart from the tokens of sessions."""
