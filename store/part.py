"""What the parts of the store share."""

from store.database import Database


class Part:
    """A part of the store: methods about one idea on the common database."""

    db: Database
