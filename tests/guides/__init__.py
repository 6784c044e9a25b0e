"""The guides are true: every code block of docs/guides/ runs, in the order in which a reader meets it."""
