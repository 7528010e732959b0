"""What ombud remembers: tables, migrations and queries; the only home of peewee and cattrs. Rows never leave it."""
