"""What people read: one source per letter and locale, from which subject, text and HTML are made."""
