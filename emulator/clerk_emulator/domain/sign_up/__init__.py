"""Sign-ups: a person gives what the instance asks for, and then becomes a user."""
