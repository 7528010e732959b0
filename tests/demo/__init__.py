"""The demo, played for real."""
