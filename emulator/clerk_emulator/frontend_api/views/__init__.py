"""Resources as the Frontend API shows them."""
