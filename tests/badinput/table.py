"""All rows, in the order of their numbers."""

from tests.badinput import admin, content, headers, identity, robots, structure
from tests.badinput.row import Row

ROWS: tuple[Row, ...] = (
    *structure.ROWS,
    *headers.ROWS,
    *content.ROWS,
    *robots.ROWS,
    *identity.ROWS,
    *admin.ROWS,
)
