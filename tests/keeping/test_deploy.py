"""What deploy/ ships, as far as it can be tried here: units verified, the proxy run, files of the container found."""

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from campaign import security, still
from campaign.app import create_app
from campaign.config import Config
from tests import servers
from tests.conftest import ROOT, SECRET
from tests.house.everything import on_sqlite
from tests.processes import environment, free_port, serving

DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
NAME = "campaign.example"
PROGRAM = "/opt/campaign/.venv/bin/campaign"


def _need(kind):
    servers.need(kind)
    return servers.program(servers.PROGRAMS[kind])


# ------------------------------------------------------------------------------------------------ systemd


def _unit(unit, tmp_path, program=None):
    """The unit with a program that is on this machine."""
    text = unit.read_text().replace(PROGRAM, program or shutil.which("true") or "/bin/true")
    (tmp_path / unit.name).write_text(text)
    return tmp_path / unit.name


@pytest.mark.parametrize("unit", UNITS, ids=lambda one: one.stem)
def test_systemd_takes_the_unit(unit, tmp_path):
    analyze = _need("systemd")
    done = subprocess.run([analyze, "verify", _unit(unit, tmp_path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    (tmp_path / "wrong.service").write_text(
        _unit(unit, tmp_path).read_text().replace("NoNewPrivileges", "NoNewPrivilege")
    )
    wrong = subprocess.run([analyze, "verify", tmp_path / "wrong.service"], capture_output=True, text=True, check=False)
    assert "NoNewPrivilege" in wrong.stderr  # a word that systemd does not know is noticed


@pytest.mark.parametrize("unit", UNITS, ids=lambda one: one.stem)
def test_a_process_of_ours_may_do_little(unit, tmp_path):
    command = [_need("systemd"), "security", "--offline=true", "--threshold=20", _unit(unit, tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-200:]


@pytest.mark.parametrize("unit", UNITS, ids=lambda one: one.stem)
def test_the_unit_starts_a_command_that_there_is(unit):
    for words in re.findall(rf"{PROGRAM} (\w+)", unit.read_text()):
        command = [sys.executable, "-m", "campaign", words, "--help"]
        assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0


# ------------------------------------------------------------------------------------------------ containers


def test_every_file_that_the_container_copies_is_in_the_repository():
    text = (DEPLOY / "Containerfile").read_text()
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)
    names = [name for line in copied for name in line.split()]
    assert {"requirements.lock", "campaign", "templates", "static", "content"} <= set(names)
    assert all((ROOT / name).exists() for name in names)
    assert re.search(r"^USER campaign$", text, re.MULTILINE) and "--require-hashes" in text


def test_the_compose_file_can_be_read_and_names_what_there_is():
    made = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    services = made["services"]
    assert set(services) == {"database", "site", "proxy"}
    for service in services.values():
        for volume in service["volumes"]:
            source = volume.partition(":")[0]
            assert source in made["volumes"] or source.startswith("/") or (DEPLOY / source).exists(), source
    site = services["site"]["environment"]
    assert Config.read({**site, "SECRET_KEY": SECRET}).database_url.startswith("postgresql+")
    assert (DEPLOY / services["site"]["build"]["context"] / services["site"]["build"]["dockerfile"]).exists()
    assert set(site) <= set((ROOT / "campaign" / "config.py").read_text().split('"'))  # no setting that nobody reads


def test_log_rotation_is_understood(tmp_path):
    logrotate = _need("logrotate")
    config = tmp_path / "logrotate.conf"
    config.write_text((DEPLOY / "logrotate.conf").read_text().replace("www-data adm", "root root"))
    config.chmod(0o644)
    done = subprocess.run([logrotate, "--debug", config], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "error" not in done.stderr.lower(), done.stderr


# ------------------------------------------------------------------------------------------------ the proxy


def _certificate(folder):
    """A certificate of our own for the name, signed by nobody."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(key.private_bytes(*plain))


class Proxy:
    """nginx as deploy/ sets it, on loopback, with ports and folders of this test."""

    def __init__(self, folder: Path, upstream: int) -> None:
        self.folder, self.tls, self.plain = folder, free_port(), free_port()
        text = (DEPLOY / "nginx.conf").read_text()
        changes = {
            "127.0.0.1:8000": f"127.0.0.1:{upstream}",
            "listen 80 ": f"listen 127.0.0.1:{self.plain} ",
            "listen 443 ": f"listen 127.0.0.1:{self.tls} ",
            "/etc/letsencrypt/live/campaign.example": str(folder),
            "/var/cache/campaign": str(folder / "cache"),
            "/var/log/nginx": str(folder),
            "/etc/nginx": str(DEPLOY),
        }
        text = "\n".join(line for line in text.splitlines() if "listen [::]" not in line)
        for before, after in changes.items():
            assert before in text, before
            text = text.replace(before, after)
        temporary = "".join(
            f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        types = "include /etc/nginx/mime.types;" if Path("/etc/nginx/mime.types").exists() else ""
        (folder / "nginx.conf").write_text(
            f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;\n"
            f"events {{}}\nhttp {{ {types} {temporary}\n{text}\n}}\n"
        )

    def ask(self, path, *, host=NAME, server_name=NAME, method="GET", body=None, **headers):
        """The answer to a question over TLS."""
        context = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        plain = socket.create_connection(("127.0.0.1", self.tls), timeout=20)
        with plain, context.wrap_socket(plain, server_hostname=server_name) as safe:
            connection = http.client.HTTPConnection(host)
            connection.sock = safe
            connection.request(method, path, body, {"Host": host, **headers})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode("utf-8", "replace")


@contextmanager
def _running(proxy):
    nginx = _need("nginx")
    command = [
        nginx,
        "-p",
        str(proxy.folder),
        "-c",
        str(proxy.folder / "nginx.conf"),
        "-e",
        str(proxy.folder / "first.log"),
    ]
    process = subprocess.Popen(command)
    try:
        until = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", proxy.tls), timeout=5).close()
                break
            except OSError:
                assert process.poll() is None, "nginx ended by itself"
                assert time.monotonic() < until
                time.sleep(0.05)
        yield proxy
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def behind(database_url, tmp_path):
    """A site in earnest with its still copies written, and the proxy that is to stand before it."""
    content = tmp_path / "content"
    shutil.copytree(ROOT / "content", content)
    toml = content / "campaign.toml"
    toml.write_text(toml.read_text().replace('postal_address = ""', 'postal_address = "1 Sample Street, Los Angeles"'))
    folder = tmp_path / "proxy"
    folder.mkdir()
    _certificate(folder)
    config = Config("production", tmp_path, database_url, SECRET, f"https://{NAME}", processes=1, port=free_port())
    config = replace(config, trusted_proxies=1, content_dir=content)
    site = create_app(config)
    still.write(site, config, folder / "cache")
    site.extensions["database"].engine.dispose()
    return config, Proxy(folder, config.port)


def _environment(config):
    return environment(config) | {"TRUSTED_PROXIES": "1", "CONTENT_DIR": str(config.content_dir)}


@contextmanager
def _site(config, monkeypatch):
    for name in ("TRUSTED_PROXIES", "CONTENT_DIR"):
        monkeypatch.setitem(os.environ, name, _environment(config)[name])
    with serving(config):
        yield


@on_sqlite
def test_behind_the_proxy_all_is_as_it_should_be(behind, monkeypatch, tmp_path):
    config, proxy = behind
    (tmp_path / "campaign.env").write_text(f"TRUSTED_PROXIES=1\nCONTENT_DIR={config.content_dir}\n")
    with _running(proxy), _site(config, monkeypatch):
        status, headers, _ = proxy.ask("/")
        assert status == 200 and headers["Strict-Transport-Security"] == "max-age=31536000"
        status, headers, _ = proxy.ask("/staff/sign-in")
        assert status == 200 and all("Secure" in c for c in headers.get_all("Set-Cookie") or [])
        status, headers, _ = proxy.ask("/staff/")
        assert (status, headers["Location"]) == (303, "/staff/sign-in")
        _wrong_names_are_refused(proxy)
        _static_files_come_with_the_headers_of_the_site(proxy, config)
        # What a visitor claims of their address is overwritten, spelled with underscores too.
        for claimed in ("X-Forwarded-For", "X_Forwarded_For", "X-Real-IP", "Forwarded"):
            assert proxy.ask("/help", **{claimed: "203.0.113.7"})[0] == 200
        assert proxy.ask("/pledges/freedom", method="POST", body="x" * 1_100_000)[0] == 413
        plain = http.client.HTTPConnection("127.0.0.1", proxy.plain, timeout=10)
        plain.request("GET", "/help?x=1", headers={"Host": NAME})
        answer = plain.getresponse()
        assert (answer.status, answer.headers["Location"]) == (301, f"https://{NAME}/help?x=1")
        plain.close()
    logs = "".join(path.read_text() for path in proxy.folder.glob("*.log"))
    assert "127.0.0.1" not in logs and "203.0.113.7" not in logs


def _wrong_names_are_refused(proxy):
    with pytest.raises((ssl.SSLError, ConnectionError)):
        proxy.ask("/", server_name="elsewhere.example")
    try:
        status, _, page = proxy.ask("/", host="elsewhere.example")
    except (http.client.HTTPException, ConnectionError):
        return
    assert 400 <= status < 500 and "elsewhere" not in page


def _static_files_come_with_the_headers_of_the_site(proxy, config):
    status, headers, text = proxy.ask("/static/css/site.css?v=abc")
    assert status == 200 and text == (ROOT / "static" / "css" / "site.css").read_text()
    assert headers["Cache-Control"] == "public, max-age=31536000"
    for name, value in security.headers(config).items():
        assert headers.get_all(name) == [value], name
    assert proxy.ask("/static/../campaign.env")[0] in (400, 404) and proxy.ask("/_still/help-en.html")[0] == 404


@on_sqlite
def test_while_the_site_is_away_help_and_the_hotline_are_not(behind):
    config, proxy = behind
    with create_app(config).app_context():
        from campaign import i18n

        number, languages = i18n.site().hotline.number, [one.code for one in i18n.site().languages]
    with _running(proxy):
        for code in languages:
            prefix = "" if code == "en" else f"/{code}"
            for name in still.NEVER_AWAY:
                status, headers, page = proxy.ask(f"{prefix}/{name}")
                assert status == 200 and f"tel:{number}" in page and headers["Cache-Control"] == "no-store", code
                assert page == (proxy.folder / "cache" / "_still" / f"{name}-{code}.html").read_text()
            status, headers, page = proxy.ask(f"{prefix}/pledges")
            assert status == 503 and f"tel:{number}" in page and headers["Retry-After"] == "10", code
            assert f'lang="{code}"' in page.lower() and f'href="{prefix}/help"' in page
        for path, expected in (("/theme.css", 200), ("/static/css/site.css", 200), ("/xx/help", 200), ("/xx/no", 503)):
            status, headers, _ = proxy.ask(path)
            assert status in (expected, 503), path
            assert headers["Content-Security-Policy"] == security.POLICY, path
        assert "text/css" in proxy.ask("/theme.css")[1]["Content-Type"]
        assert proxy.ask("/pledges/freedom", method="POST", body="name=Anna")[0] == 503


def test_the_headers_of_the_proxy_are_those_of_the_site():
    text = (DEPLOY / "campaign-headers.conf").read_text()
    said = dict(re.findall(r'^add_header (\S+) "(.*)" always;$', text, re.MULTILINE))
    config = Config("production", ROOT, "sqlite://", SECRET, f"https://{NAME}")
    assert said == security.headers(config)


def test_subdomains_are_bound_to_https_only_when_asked():
    config = Config("production", ROOT, "sqlite://", SECRET, f"https://{NAME}")
    assert security.headers(config)["Strict-Transport-Security"] == "max-age=31536000"
    bound = security.headers(replace(config, hsts_subdomains=True))["Strict-Transport-Security"]
    assert bound == "max-age=31536000; includeSubDomains"
    assert "Strict-Transport-Security" not in security.headers(replace(config, base_url="http://localhost"))
