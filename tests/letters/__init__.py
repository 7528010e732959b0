"""Labelled letters, and how well they are understood."""
