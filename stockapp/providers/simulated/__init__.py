"""The built-in exchange of invented companies, to try everything without a network."""
