"""The kill campaign: a flood of mail, a daemon that is killed again and again, and the account of what it left."""
