"""The edges of the daemon: mail servers that misbehave, parsers that must die, the loop."""
