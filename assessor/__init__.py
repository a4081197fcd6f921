"""Assessor: short adaptive tests, signed badges, certificates that any phone can check.

The libraries (``frameworks psychometrics items openbadges certificates``) know neither web nor database. The contexts,
from ``accounts`` up to ``verification``, are one activity each. ``pyproject.toml`` says who may import whom.
"""

import hashlib
import os
from pathlib import Path
from typing import Any

from flask import Flask, Request, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_compress import Compress
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from assessor import access, config, database, locale, problems, security
from assessor.accounts import limits


class CountedRequest(Request):
    """A request that knows of its visitor's address only what is counted, so every limit counts the same.

    Nobody here needs more of it; what is not known is neither stored nor logged.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.remote_addr = limits.counted_place(self.remote_addr)


def create_app(settings: config.Settings | None = None, **overrides: Any) -> Flask:
    """The application of one installation. ``overrides`` are Flask settings, for tests."""
    problems.log_as_json()
    settings = settings or config.load_settings()
    _keep_private(settings.instance)
    app = Flask("assessor", instance_path=str(settings.instance))
    app.request_class = CountedRequest
    app.config.from_mapping(
        SECRET_KEY=config.secret_key(settings),
        SQLALCHEMY_DATABASE_URI=settings.database,
        SQLALCHEMY_ENGINE_OPTIONS={"hide_parameters": True},  # they are people's names and results; errors are logged
        SETTINGS=settings,
        MAX_CONTENT_LENGTH=256 * 1024,
        MAX_FORM_MEMORY_SIZE=256 * 1024,
        MAX_FORM_PARTS=200,
        SESSION_COOKIE_NAME="assessor",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # a learner may rest for hours; the visit's own end is the limit
        RATELIMIT_STORAGE_URI="memory://",
        COMPRESS_ALGORITHM="gzip",  # every phone reads it
        COMPRESS_MIMETYPES=[
            "text/html",
            "text/css",
            "text/javascript",
            "image/svg+xml",
            "application/json",
            "application/cose",
        ],
    )
    app.config.update(overrides)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # Flask's documented way
    database.db.init_app(app)
    Compress(app)
    csrf = CSRFProtect(app)
    limiter = Limiter(get_remote_address, app=app, default_limits=["3000 per minute"])
    locale.init_app(app)
    problems.init_app(app)
    security.init_app(app, settings.secure)
    _serve_static_files_for_ever(app)
    _register_contexts(app)
    _end_with_a_lost_card()
    csrf.exempt(app.view_functions["verification.number"])  # a static page cannot hold a token; it changes nothing
    _open_to_applications(app, csrf, limiter)
    _open_to_badges(app, csrf, limiter)
    _bound_long_lists(app, limiter)
    return app


def _open_to_applications(app: Flask, csrf: CSRFProtect, limiter: Limiter) -> None:
    """No cookie counts where programs call, so no form is to be protected; strangers may register, a few an hour."""
    from assessor.hosting.api import api as host
    from assessor.wallets.api import api as wallets

    csrf.exempt(host)
    csrf.exempt(wallets)
    limiter.limit("300 per minute")(wallets)
    limited = limiter.limit("20 per hour")(app.view_functions["host_api.register"])
    app.view_functions["host_api.register"] = limited  # type: ignore[assignment]  # typed as if it were asynchronous


def _open_to_badges(app: Flask, csrf: CSRFProtect, limiter: Limiter) -> None:
    """The pages that check any badge, or many at once, give no cookie and change nothing; what they cost is bounded."""
    for name in ("verification.badge", "verification.many"):
        checks = app.view_functions[name]
        csrf.exempt(checks)
        app.view_functions[name] = limiter.limit("30 per minute")(checks)  # type: ignore[assignment]  # as above


def _bound_long_lists(app: Flask, limiter: Limiter) -> None:
    """What was issued with a stolen key is up to 32 MB. A page asks once for it, but many share an IPv4 address."""
    given = app.view_functions["verification.issued_list"]
    app.view_functions["verification.issued_list"] = limiter.limit("60 per minute")(given)  # type: ignore[assignment]  # as above


def _keep_private(instance: Path) -> None:
    """The folder holds names, results and keys: no other user of the machine may look into it."""
    instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    if instance.stat().st_uid == os.getuid():
        instance.chmod(0o700)


def _register_contexts(app: Flask) -> None:
    """Every context's pages; imported here because they need the extensions above."""
    from assessor.accounts import views as accounts
    from assessor.banks import views as banks
    from assessor.credentials import staff_views as certificates
    from assessor.credentials import views as credentials
    from assessor.credentials.views import printing
    from assessor.hosting import api as host_api
    from assessor.hosting import views as hosting
    from assessor.organisations import views as organisations
    from assessor.sittings import staff_views
    from assessor.sittings import views as sittings
    from assessor.verification import views as verification
    from assessor.wallets import api as openid4vci
    from assessor.wallets import views as wallets

    app.before_request(organisations.guard)
    for context in (
        *(accounts, organisations, banks, credentials, certificates, printing),
        *(sittings, staff_views, verification, hosting, wallets),
    ):
        app.register_blueprint(context.pages)
    app.register_blueprint(openid4vci.api)
    app.register_blueprint(host_api.api)


def _end_with_a_lost_card() -> None:
    """Contexts above that of the card say what its finder may have begun; imported here as the pages are."""
    from assessor.accounts import cards
    from assessor.hosting import permitting
    from assessor.wallets import lost_card

    for end in (permitting.end_all, lost_card.end_links, lost_card.end_offers):
        cards.when_replaced(end)


def _serve_static_files_for_ever(app: Flask) -> None:
    """Addresses of static files carry a digest of all of them, so browsers may keep them."""
    access.public(app.view_functions["static"])

    @app.get("/favicon.ico")
    @access.public
    def favicon() -> ResponseReturnValue:
        """The sign in a tab whose document names none, such as a PDF."""
        return redirect(url_for("static", filename="icon.svg"))

    files = sorted(path for path in Path(app.static_folder or "").rglob("*") if path.is_file())
    # One version for all: modules pass their own on to the parts that they fetch.
    version = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:10]

    @app.after_request
    def _whole(answer: Response) -> Response:
        """Files leave as a whole: what is streamed is not compressed for every phone, nor compared by its ETag."""
        if request.endpoint in ("static", "verification.static_file"):
            answer.direct_passthrough = False
            answer.get_data()
        return answer

    @app.url_defaults
    def _version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values["v"] = version
