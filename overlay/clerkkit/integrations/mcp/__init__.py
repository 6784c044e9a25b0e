"""OAuth resource servers whose authorization server is Clerk, and MCP servers in particular.

`fastmcp` has `ClerkAuth` for FastMCP, `sdk` the parts for the server of the `mcp` package, and `asgi` a middleware for
any ASGI application. `resource_server` has what they share.
"""
