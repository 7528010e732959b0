"""Parsers that cannot be loaded, because the machine has no file left; loaded by name in worker processes."""

import errno

raise OSError(errno.EMFILE, "Too many open files")
