"""The terms of stockapp as plain data: no I/O, no Flask, no clock reads, no threads."""
