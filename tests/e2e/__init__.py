"""The whole desk between real servers: IMAP by Dovecot, SMTP by a scripted server, both databases."""
