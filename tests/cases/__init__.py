"""What the pure centre promises: one file a module, all of them in the world of `world.py`."""
