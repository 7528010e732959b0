"""Two robots that answer each other: a week of letters on a virtual clock."""
