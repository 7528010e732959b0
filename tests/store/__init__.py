"""The store against both kinds of database."""
