"""The composition root: the only part that names concrete classes."""

from contextlib import suppress

from flask import Flask
from jinja2 import StrictUndefined
from prometheus_client import CollectorRegistry

from stockapp import cli, logs
from stockapp.bootstrap import web
from stockapp.bootstrap.access import proxies
from stockapp.bootstrap.archive import archive_of
from stockapp.bootstrap.backends import Backends, open_backends
from stockapp.bootstrap.background import background
from stockapp.bootstrap.commands import tools
from stockapp.bootstrap.fetching import addresses
from stockapp.bootstrap.outside import Outside
from stockapp.bootstrap.services import Services
from stockapp.cli.tools import Tools
from stockapp.domain.secrecy import Redactor
from stockapp.domain.watchlist import DEFAULT_WATCHLIST
from stockapp.places import ROOT
from stockapp.ports import StoreTrouble
from stockapp.services import passwords
from stockapp.services.doctor import Doctor
from stockapp.services.samples import SAMPLE_REAL
from stockapp.services.watchlists import sample_items
from stockapp.services.workforce import Job, Workforce
from stockapp.settings import LogFormat, Sample, Settings, levels
from stockapp.settings.report import settings_report
from stockapp.tasks.periodic import Periodic
from stockapp.web import assets, client_address, compression, errors, security, watched
from stockapp.web.json_provider import OrjsonProvider
from stockapp.web.layout_forms import theme
from stockapp.web.list_screen import item_path
from stockapp.web.present_stock import stock_path
from stockapp.web.stream_gate import StreamGate

# gunicorn.conf.py packs the one into the other.
STATIC, PACKED = ROOT / "static", ROOT / "build" / "static"


class House:
    """One worker's application, with the parts of it that have a life of their own."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.app = _flask(settings)
        self._backends = open_backends(self.app, settings)
        _secured(self.app, settings, self._backends)
        self._outside = outside = Outside(settings, self._backends)
        self._services = Services(settings, self._backends, outside)
        gate = StreamGate(settings.max_streams)
        self._background = background(settings, self._backends, self._services, gate)
        self._seeding = _seeding(settings, self._backends, self._services)
        self._beats = web.register(
            self.app, settings, self._backends, self._services, gate, self._background, outside
        )
        watched.register(self.app, outside.counts, access_log=settings.access_log)
        doctor = _doctor(settings, self._backends, self._services, self._background.workforce)
        self._tools = tools(self._backends, self._services, self._background, doctor, self.close)
        archive = archive_of(settings)
        cli.register(self.app.cli, self.tools, lambda: archive, settings_report, passwords.chosen)
        self.app.extensions["stockapp"] = self
        self._started = self._closed = False

    def tools(self) -> Tools:
        """What commands work with. Tasks that they begin are run here, if nowhere else."""
        if not self._started:
            self._started = True
            self._background.start_for_errands()
        return self._tools

    @property
    def counted(self) -> CollectorRegistry:
        """What this worker has counted of what it did."""
        return self._outside.counts.registry

    def start(self) -> None:
        """Begin the background work of a worker that serves pages, and tasks where it does both."""
        self._started = True
        self._seeding.start()
        self._background.start(pages=True, work=self._backends.send is None)
        self._beats.start()
        self._outside.start()

    def start_work(self) -> None:
        """Begin to do tasks, and nothing else; for workers elsewhere."""
        self._started = True
        self._background.start(pages=False, work=True)
        self._outside.start()

    def work_on(self, task_id: str) -> None:
        """Do that task, unless somebody else has it; one that cannot be had now is found later."""
        with suppress(StoreTrouble):
            self._services.engine.claim_and_run(task_id)

    def look_after_watched(self) -> None:
        """Begin what is due on lists that are watched on any node."""
        with suppress(StoreTrouble):
            self._background.workforce.tell(Job.SCHEDULE, "beat")
            if self.settings.live_mode:
                self._services.rounds.look_at_all()

    def look_after_closed(self) -> None:
        """Begin what is due once markets have closed."""
        if self.settings.end_of_day:
            with suppress(StoreTrouble):
                self._services.end_of_day.refresh()

    def drain(self) -> None:
        """End streams and hand tasks over, so that the worker can stop; safe to call twice."""
        self._services.fanout.close()
        self._background.upkeep.stop()
        self._services.engine.drain()
        self._background.presence.stop()
        self._background.workforce.leave(Job.TASKS, self._services.engine.worker)

    def close(self) -> None:
        """Drain, then close all that is open; safe to call twice."""
        if self._closed:
            return
        self._closed = True
        self.drain()
        self._seeding.stop()
        self._beats.stop()
        self._outside.stop()
        self._background.stop()
        self._backends.close()


def build(settings: Settings) -> House:
    """Build everything of one worker, on its data folder."""
    configure_logs(settings)
    return House(settings)


def configure_logs(settings: Settings) -> None:
    """Have this process log as the settings say, without their secrets."""
    redactor = Redactor(settings.secrets())
    logs.configure(
        settings.log_level,
        settings.log_format is LogFormat.JSON,
        redactor,
        levels.parse(settings.log_levels),
    )


def _flask(settings: Settings) -> Flask:
    app = Flask("stockapp", template_folder=ROOT / "templates", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    # A list that may be read as a file may also be pasted, and confirmed.
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.max_body_bytes
    app.json = OrjsonProvider(app)
    # A name that nobody hands over is an error, not an empty place.
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters["stock_path"] = stock_path
    app.jinja_env.globals |= {"item_path": item_path, "theme": theme}
    errors.register(app)
    compression.register(app)
    assets.register(app, STATIC, PACKED, fresh=settings.reload)
    return app


def _secured(app: Flask, settings: Settings, backends: Backends) -> None:
    key = settings.secret_key.get_secret_value().encode() or backends.secret()
    security.register(app, key, settings.host, settings.allowed_hosts.split(","))
    client_address.register(app, proxies(settings))


def _doctor(
    settings: Settings, backends: Backends, services: Services, workforce: Workforce
) -> Doctor:
    return Doctor(
        services.sources,
        backends.executor,
        backends.database,
        workforce,
        addresses=addresses(settings, services.sources.providers()),
        data_dir=settings.data_dir,
        static_dir=STATIC,
        timeout_seconds=settings.request_timeout_seconds,
    )


def _seeding(settings: Settings, backends: Backends, services: Services) -> Periodic:
    """Give a new installation its sample list, once; now, or when the database can be used."""
    names = {
        Sample.REAL: SAMPLE_REAL,
        Sample.SIMULATED: services.simulated_names(),
        Sample.NONE: {},
    }
    items = sample_items(names[settings.sample], backends.clock)

    def seed() -> None:
        backends.watchlists.seed(DEFAULT_WATCHLIST, items)
        again.stop()

    again = Periodic("seed", seed, 2.0)
    with suppress(StoreTrouble):
        seed()
    return again
