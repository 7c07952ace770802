"""Several nodes of stockapp from outside: guarded, started, ended, and when things die."""
