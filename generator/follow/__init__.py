"""Follow Clerk's revisions: update, replay and release."""
