"""The tables as they are now; `migrations/` brings a database here, and a test compares the two."""
