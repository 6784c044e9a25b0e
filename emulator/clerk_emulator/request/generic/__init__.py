"""Answer operations that a newer contract adds and that have no handler, where their shape allows it."""
