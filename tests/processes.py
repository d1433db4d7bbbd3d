"""The site's processes, started for real: servers on loopback and workers, ended by their own ids."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from campaign.config import Config
from tests import nursery
from tests.nursery import Born

ROOT = Path(__file__).parents[1]
PATIENCE = 60.0  # seconds; machines that run tests are slow


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def environment(config: Config) -> dict[str, str]:
    """The settings as a process reads them."""
    given = {
        "MODE": config.mode,
        "DATA_DIR": str(config.data_dir),
        "DATABASE_URL": config.database_url,
        "SECRET_KEY": config.secret_key,
        "BASE_URL": config.base_url,
        "PORT": str(config.port),
        "WEB_PROCESSES": str(config.processes),
        "SMTP_URL": config.smtp_url,
        "QUEUE_URL": config.queue_url,
        "MAILCHIMP_API_KEY": config.mailchimp_key,
        "MAILCHIMP_AUDIENCE": config.mailchimp_audience,
        "MAILCHIMP_HOST": config.mailchimp_host,
        "CONTENT_DIR": str(config.content_dir or ""),
        "PYTHONPATH": str(ROOT),
    }
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **given}


@contextmanager
def serving(config: Config, target: str = "campaign.serve:site") -> Iterator[str]:
    """The real server, answering; gives its address. `target` may name a site with a guard turned off."""
    code = f"from campaign.config import Config; from campaign.serve import serve; serve(Config.read(), {target!r})"
    with _process(code, config) as server:
        _wait_until_it_answers(server, config.port)
        yield f"http://127.0.0.1:{config.port}"


@contextmanager
def working(config: Config, target: str = "campaign.app:create_app") -> Iterator[Born]:
    """A real worker, to be killed or stopped."""
    module, _, name = target.partition(":")
    code = f"from campaign import jobs; from {module} import {name}; jobs.work({name}())"
    with _process(code, config) as worker:
        yield worker


@contextmanager
def _process(code: str, config: Config) -> Iterator[Born]:
    process = nursery.start(["-c", code], environment(config), config.data_dir)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(15)


def _wait_until_it_answers(server: Born, port: int) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            assert server.poll() is None, "the server ended by itself"
            assert time.monotonic() < until, "the server does not answer"
            time.sleep(0.1)
        finally:
            connection.close()


def wait_for(what: str, happened: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait until something has happened; fails naming it."""
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, f"waited {seconds:.0f} s for {what}"
        time.sleep(0.05)
