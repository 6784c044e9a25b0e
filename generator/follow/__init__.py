"""Follow Clerk's revisions: update, replay, release."""
