"""The demo's page: one file that needs nothing else, with everything that came in and went out."""
