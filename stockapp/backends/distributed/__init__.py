"""The set of backends for many machines: Redis, PostgreSQL and Celery."""
