"""What every backend set must do, one contract class a port, and the sets that are held to it."""
