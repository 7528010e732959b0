"""Real servers that the tests start for themselves: IMAP, PostgreSQL, and an SMTP server that misbehaves to order."""
