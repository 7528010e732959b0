"""The shell around the pure centre: polls, parses, stores, sends, ticks, and the command line."""
