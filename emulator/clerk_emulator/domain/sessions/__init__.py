"""Sessions: the browsers that hold them, their tokens, cookies and tasks."""
