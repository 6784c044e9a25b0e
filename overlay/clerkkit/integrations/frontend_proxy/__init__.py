"""A proxy of Clerk's Frontend API on the application's own domain, for ASGI (`asgi`) and WSGI (`wsgi`)."""
