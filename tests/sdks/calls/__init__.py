"""`make official-calls`: each method of Clerk's SDK for Python beside ours that sends the same request."""
