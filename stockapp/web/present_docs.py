"""x"""


def docs_view(d):
    return d
