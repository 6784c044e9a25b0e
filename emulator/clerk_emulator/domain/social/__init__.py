"""Sign in with a provider, such as Google: a page of the emulator takes the place of the provider."""
