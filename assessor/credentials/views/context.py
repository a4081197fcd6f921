"""The blueprint of these pages."""

from flask import Blueprint

pages = Blueprint("credentials", "assessor.credentials", template_folder="templates")
