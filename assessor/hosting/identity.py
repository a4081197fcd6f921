"""Which badges are editions of the same one (Open Badges 3.0, section 10)."""

import hashlib
import json
from urllib.parse import unquote


def identity(issuer: str, badge: str) -> str:
    """What editions of one badge have in common: a digest over both ids, unescaped and trimmed."""
    named = [unquote(name).strip() for name in (issuer, badge)]
    return hashlib.sha256(json.dumps(named).encode()).hexdigest()
