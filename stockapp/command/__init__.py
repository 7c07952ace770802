"""The `stockapp` command of an installed stockapp."""
