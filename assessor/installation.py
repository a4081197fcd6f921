"""The installation that a request is for: how views and forms get its settings."""

from flask import current_app

from assessor.config import Settings


def settings() -> Settings:
    """The settings of the application that answers this request."""
    found: Settings = current_app.config["SETTINGS"]
    return found
