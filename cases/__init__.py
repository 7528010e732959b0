"""What a complaint is and what the rules say: standard library only, no I/O, no clock."""
