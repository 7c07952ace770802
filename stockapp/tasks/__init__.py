"""Background tasks: submitting, claiming, running, cancelling, finishing."""
