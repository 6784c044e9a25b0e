"""Tests of the application with the local Clerk."""
