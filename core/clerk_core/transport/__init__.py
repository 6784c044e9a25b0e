"""Connection pools, proxies and TLS. Only this package and the clients use httpx."""
