"""Build requests: encode arguments as paths, queries, JSON bodies and multipart forms. No I/O."""
