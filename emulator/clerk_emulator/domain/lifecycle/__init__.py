"""Create, change and delete users and organizations, with everything that belongs to them."""
