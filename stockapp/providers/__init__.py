"""One module or folder a service; the registry below lists them in order of preference."""
