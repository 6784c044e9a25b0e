"""Emails and text messages, the templates that they are made from, and how those are filled in."""
