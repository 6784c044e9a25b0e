"""Requests of browsers: which API they are for, forms, cookies, origins and envelopes."""
