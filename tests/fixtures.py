"""Complete installations for tests: made by the migrations, filled as `assessor demo` fills them, copied for each test.

One template for each kind of database is filled in a run, when the first test asks for it.
"""

import contextlib
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from html import unescape
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from sqlalchemy import Connection, Engine, NullPool, create_engine, text
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from assessor import create_app, demo, migrations
from assessor.config import Settings
from assessor.database import db, reading
from tests import databases
from tests.factories import NOW

KINDS = ("sqlite", "postgresql")
PASSPHRASE = "three words and a number 7"
SECRET_KEY = "the same in every copy, so that cards printed from the template open doors"
FILLED = "filled"
_token = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')


class RememberedRule(Rule):
    """What makes the addresses of a route is compiled once in a run: that was two thirds of making an application."""

    compiled: ClassVar[dict[Any, Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (self.rule, tuple(self._trace), str(self.defaults), append_unknown)  # all that it is made of
        if key not in self.compiled:
            self.compiled[key] = super()._compile_builder(append_unknown)
        return self.compiled[key]


Flask.url_rule_class = RememberedRule


class Installations:
    """Makes installations: empty ones, and copies of one that is filled once in a run."""

    def __init__(self, folder: Path, resources: ExitStack) -> None:
        self.folder = folder
        self._resources = resources
        self._cluster: str | None = None
        self._templates: dict[str, Path] = {}
        self._count = 0

    def filled(self, kind: str, folder: Path) -> Settings:
        """A copy of the filled installation, in a database of its own."""
        if kind not in self._templates:
            self._templates[kind] = self._fill(kind)
        shutil.copytree(self._templates[kind], folder, dirs_exist_ok=True)
        return self._settings(kind, folder, template=FILLED)

    def empty(self, kind: str, folder: Path) -> Settings:
        """An installation whose database has no tables yet."""
        return self._settings(kind, folder)

    def _fill(self, kind: str) -> Path:
        folder = self.folder / kind
        folder.mkdir()
        (folder / "secret_key").write_text(SECRET_KEY, encoding="ascii")
        settings = self._settings(kind, folder, name=FILLED)
        app = create_app(settings)
        with opened(app):
            migrations.upgrade(app)
            demo.load_data(db.session, settings, NOW)
            demo.install(db.session, settings, SECRET_KEY, NOW, Random(1))
            db.session.commit()
        return folder

    def _settings(self, kind: str, folder: Path, *, name: str = "", template: str = "") -> Settings:
        address = self._new_database(name, template) if kind == "postgresql" else ""
        return Settings(folder, database_url=address, key_passphrase=PASSPHRASE)

    def _new_database(self, name: str, template: str) -> str:
        if self._cluster is None:
            try:
                self._cluster = self._resources.enter_context(databases.cluster())
            except databases.NoPostgres as reason:
                pytest.skip(str(reason))
        self._count += 1
        name = name or f"test_{self._count}"
        with _administrator(self._cluster) as connection:
            copied = f"TEMPLATE {template} STRATEGY FILE_COPY" if template else ""
            connection.execute(text(f"CREATE DATABASE {name} {copied}"))
            # Only the test before used this one; memory is not to be filled with them.
            connection.execute(text(f"DROP DATABASE IF EXISTS test_{self._count - 1} WITH (FORCE)"))
        return self._cluster.rpartition("/")[0] + f"/{name}"


@contextlib.contextmanager
def _administrator(cluster: str) -> Iterator[Connection]:
    engine = create_engine(cluster, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


class Browser(FlaskClient):
    """A browser without JavaScript: it sends forms with the token of the newest page that had one."""

    token = ""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Ask for a page and keep its form token."""
        with self.application.app_context():  # as in a server, ``g`` lives as long as one request
            answer = super().open(*args, **kwargs)
        answer.get_data()  # a file is read to its end and closed
        answer.close()
        reading.set(False)  # the flag lives in the test's own thread, and the test writes too
        if answer.mimetype == "text/html" and (found := _token.search(answer.text)):
            self.token = unescape(found.group(1))
        return answer

    def submit(self, address: str, data: Any = (), **kwargs: Any) -> TestResponse:
        """Post a form as the newest page would."""
        pairs = list(data.items(multi=True) if hasattr(data, "getlist") else dict(data).items())
        fields: dict[str, list[str]] = {"csrf_token": [self.token]}
        for name, value in pairs:
            fields.setdefault(name, []).extend(value if isinstance(value, list) else [value])
        return self.post(address, data=fields, **kwargs)


SignIn = Callable[..., Browser]


@contextlib.contextmanager
def opened(app: Flask) -> Iterator[Flask]:
    """The application while a test uses it; its connections are closed afterwards."""
    with app.app_context():
        try:
            yield app
        finally:
            db.session.close()
            db.engine.dispose()
            reading.set(False)  # requests of the test client ran in this very context


@pytest.fixture(scope="session")
def installations(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installations]:
    """Makes empty and filled installations on either kind of database."""
    with ExitStack() as resources:
        yield Installations(tmp_path_factory.mktemp("installations"), resources)


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """Templates are compiled once in a run, not for every application."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(settings: Settings, compiled_templates: BytecodeCache) -> Iterator[Flask]:
    """The application of the installation under test, which the folder's ``settings`` names."""
    with opened(create_app(settings)) as app:
        app.jinja_env.bytecode_cache = compiled_templates
        app.test_client_class = Browser
        yield app


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    """Its database, for tests that need no application."""
    engine = create_engine(settings.database)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    """Makes database sessions as entry points have them."""
    return sessionmaker(engine, expire_on_commit=False)


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """A database session. It writes as soon as it begins, so commit it before another one is used."""
    with sessions() as session:
        yield session
