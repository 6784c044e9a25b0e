"""The factors with which users prove who they are."""
