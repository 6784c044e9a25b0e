"""Benchmarks: `python -m benchmarks` measures this project, httpx and the official SDK in one run."""
