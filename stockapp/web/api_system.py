"""JSON: how all workers together fared in the last minutes."""

from flask import Blueprint, Response, jsonify

from stockapp.services.system_samples import KEEP_SECONDS, SAMPLE_SECONDS, SystemSamples
from stockapp.web.openapi.answers_system import Samples
from stockapp.web.openapi.call import described


class SystemApi:
    """The calls about stockapp as a whole."""

    def __init__(self, samples: SystemSamples) -> None:
        self._samples = samples

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("api_system", __name__, url_prefix="/api/system")
        blueprint.add_url_rule("/samples", view_func=self.samples)
        return blueprint

    @described("getSamples", "System", gives={200: Samples})
    def samples(self) -> Response:
        """The samples there are, oldest first; where some are missing no worker took any."""
        return jsonify(
            {
                "interval_seconds": SAMPLE_SECONDS,
                "keep_seconds": KEEP_SECONDS,
                "samples": [sample.to_json() for sample in self._samples.recent()],
            }
        )
