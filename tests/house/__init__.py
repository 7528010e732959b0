"""House rules: what may import what, which library lives where, what the wheel holds."""
