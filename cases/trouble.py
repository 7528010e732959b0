"""The two kinds of trouble, because a caller can do only two things (invariant 12).

Trouble
├── TryLater     the world is in the way: keep the work, wait, repeat
└── NeedsHuman   repeating cannot help: set it aside and tell someone
"""


class Trouble(Exception):
    """Base of both kinds; never raised itself."""


class TryLater(Trouble):
    """The world is in the way: network, lock, full disk, a 4xx answer. Keep the work, wait, repeat."""


class NeedsHuman(Trouble):
    """Repeating cannot help: an unreadable message, a 5xx answer, a broken setting. Set it aside, tell someone."""
