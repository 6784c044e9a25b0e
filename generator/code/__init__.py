"""Turn `spec/` into `generated/`."""
