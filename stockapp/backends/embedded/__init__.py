"""One machine, many workers: SQLite, files, native threads."""
