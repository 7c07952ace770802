"""orjson as Flask's JSON provider: faster, and strict about what JSON is."""

from typing import Any

import orjson
from flask import Response
from flask.json.provider import JSONProvider
from werkzeug.exceptions import BadRequest


class OrjsonProvider(JSONProvider):
    """Writes UTF-8; refuses NaN and other things that are no JSON."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """The JSON text of an object."""
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """The object of a JSON text. Raises BadRequest."""
        try:
            return orjson.loads(s)
        except orjson.JSONDecodeError as error:
            raise BadRequest(f"The body is not valid JSON: {error}.") from error

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """A JSON response, ending in a line feed for those who read it in a terminal."""
        content = self._prepare_response_obj(args, kwargs)
        body = orjson.dumps(content, option=orjson.OPT_APPEND_NEWLINE)
        return Response(body, mimetype="application/json")
