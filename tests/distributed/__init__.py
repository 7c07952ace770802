"""Several nodes of stockapp, and what must hold when things die: all processes are real."""
