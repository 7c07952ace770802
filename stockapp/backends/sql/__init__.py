"""What is kept by SQL alike in SQLite and in PostgreSQL."""
