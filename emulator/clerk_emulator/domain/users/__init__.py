"""Users, what identifies them, and their accounts elsewhere."""
