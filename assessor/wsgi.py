"""The application object that gunicorn serves."""

from assessor import create_app

app = create_app()
