"""The dashboard: pages that show the state of the emulator, and forms for its controls."""
