"""Scripts that write docs pages, build packages or put load on a client."""
