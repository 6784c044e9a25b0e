"""Invitations to the application, and its waitlist."""
