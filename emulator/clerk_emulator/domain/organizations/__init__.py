"""Organizations: their members, invitations, roles and domains."""
