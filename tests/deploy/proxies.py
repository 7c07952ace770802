"""nginx and Caddy as deploy/ has them, on ports of their own, with certificates made here."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.e2e.server import ROOT, eventually
from tests.free_port import free_port

_NGINX = """daemon off;
worker_processes 1;
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""
_CADDY = """{{
	admin off
	default_bind 127.0.0.1
	local_certs
	skip_install_trust
	auto_https disable_redirects
}}
import {example}
"""


class Proxy:
    """What runs, checks and reaches one proxy; `url` is where it answers, by TLS."""

    def __init__(
        self, check: list[str], run: list[str], certificate: Path, environment: dict[str, str]
    ) -> None:
        self.port = int(environment["PORT"])
        self.url = f"https://localhost:{self.port}"
        self._check, self._run = check, run
        self._certificate = certificate
        self._environment = environment

    def checked(self) -> subprocess.CompletedProcess[str]:
        """What the proxy itself says of its configuration."""
        return subprocess.run(
            self._check,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    @contextmanager
    def serving(self, log: Path) -> Iterator[requests.Session]:
        """Run it for the time of a with block; gives a client that trusts its certificate."""
        with log.open("wb") as output:
            process = subprocess.Popen(
                self._run, env=self._environment, stdout=output, stderr=output
            )
        session = requests.Session()
        session.verify = str(self._certificate)
        session.trust_env = False
        try:
            assert eventually(lambda: self._answers(session)), log.read_text()
            yield session
        finally:
            session.close()
            process.terminate()
            process.wait(30)

    def _answers(self, session: requests.Session) -> bool:
        try:
            return session.get(f"{self.url}/healthz", timeout=10).ok
        except (requests.RequestException, OSError):
            return False


def nginx(upstream: str, folder: Path) -> Proxy:
    """nginx in front of a server at `upstream` (host:port)."""
    certificate, key = folder / "site.pem", folder / "site.key"
    openssl = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    name = [
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost",
    ]
    subprocess.run(
        [*openssl, *name, "-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    port = free_port()
    site = (ROOT / "deploy/nginx.conf").read_text()
    for example, here in {
        "server 127.0.0.1:8000;": f"server {upstream};",
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen [::]:80;": "",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{port} ssl http2;",
        "listen [::]:443 ssl http2;": "",
        "/etc/letsencrypt/live/stocks.example.org/fullchain.pem": str(certificate),
        "/etc/letsencrypt/live/stocks.example.org/privkey.pem": str(key),
        "stocks.example.org": "localhost",
    }.items():
        assert example in site
        site = site.replace(example, here)
    (folder / "site.conf").write_text(site)
    # Its workers would else not reach a folder of root's.
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, user=user))
    run = ["nginx", "-p", str(folder), "-e", str(folder / "error.log"), "-c", "nginx.conf"]
    return Proxy([*run, "-t"], run, certificate, {**os.environ, "PORT": str(port)})


def caddy(upstream: str, folder: Path) -> Proxy:
    """Caddy in front of a server at `upstream` (host:port)."""
    port = free_port()
    configuration = folder / "Caddyfile"
    configuration.write_text(_CADDY.format(example=ROOT / "deploy/Caddyfile"))
    environment = {
        **os.environ,
        "PORT": str(port),
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "STOCKAPP_SITE": f"https://localhost:{port}",
        "STOCKAPP_UPSTREAM": upstream,
    }
    what = ["--adapter", "caddyfile", "--config", str(configuration)]
    return Proxy(
        ["caddy", "validate", *what],
        ["caddy", "run", *what],
        folder / "caddy/pki/authorities/local/root.crt",
        environment,
    )


PROXIES: dict[str, Callable[[str, Path], Proxy]] = {"nginx": nginx, "caddy": caddy}
