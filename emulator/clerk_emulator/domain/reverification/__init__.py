"""Reverification: a signed-in user proves again who they are, before something that matters."""
