"""Benchmarks of clerkkit, httpx and the official SDK: `python -m benchmarks`."""
