"""Ways to value a share, and the fair value they make together."""
