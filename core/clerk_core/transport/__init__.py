"""How requests reach the network: connection pools, proxies, TLS. The clients aside, the only code that uses httpx."""
