"""The description of the JSON interface as OpenAPI 3.1, made of the models that validate.

A call is described where it is written: `described` above its view names what it takes and gives,
`document` puts all of them together.
"""
