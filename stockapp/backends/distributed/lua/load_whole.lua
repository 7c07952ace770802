-- id. Returns the task with its items' results; false for none.
return load(ARGV[1], true) or false
