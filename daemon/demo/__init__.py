"""The demo: embedded mail servers, invented mail, a week in seconds, and a page that shows what came of it."""
