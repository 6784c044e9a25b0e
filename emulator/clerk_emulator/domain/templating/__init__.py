"""The templates of emails and SMS messages, and how they are filled in."""
