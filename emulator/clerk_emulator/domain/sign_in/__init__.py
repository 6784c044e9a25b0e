"""Sign-ins: a person proves who they are, and gets a session."""
