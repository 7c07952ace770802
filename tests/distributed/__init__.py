"""The distributed set from outside: how it is guarded, started, ended and looked at."""
