"""The hosted pages, on which people sign in and up. They use the operations of the Frontend API, as `clerk-js` does."""
