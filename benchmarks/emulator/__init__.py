"""Benchmarks of the emulator: `python -m benchmarks.emulator` measures it beside a bare server in one run."""
