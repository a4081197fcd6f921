"""Tests: ``make test`` runs all of them; ``python -m pytest tests/unit`` those of the libraries, in seconds."""
