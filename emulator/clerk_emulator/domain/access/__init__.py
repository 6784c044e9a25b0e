"""Who may use the instance: restrictions, locks, and the web pages of its applications."""
