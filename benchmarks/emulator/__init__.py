"""Benchmarks of the emulator, compared with a bare server: `python -m benchmarks.emulator`."""
