"""The time machine: past mail through the very same core, on a virtual clock; nothing leaves, nothing is stored."""
