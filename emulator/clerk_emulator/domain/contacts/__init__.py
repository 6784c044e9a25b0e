"""Email addresses and phone numbers of users, and how they are verified."""
