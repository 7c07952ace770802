"""Production entry. gevent's patches come first: ssl and sockets must be imported patched."""

from gevent import monkey

monkey.patch_all()

from stockapp import create_app  # noqa: E402

app = create_app()
