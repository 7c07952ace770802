"""What people install and put in front of it."""
