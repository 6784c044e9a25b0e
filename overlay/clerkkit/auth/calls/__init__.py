"""How flows call Clerk: the steps that they yield, locks, and the limit of unauthenticated calls."""
