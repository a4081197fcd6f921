"""A token for tests: SoftHSM 2, real PKCS #11 without the hardware, in a folder of its own."""

import os
import secrets
import shutil
import subprocess
from pathlib import Path

from assessor.config import HardwareToken

LIBRARY = "libsofthsm2.so"
FOLDERS = ("/usr/lib/softhsm", "/usr/lib/*/softhsm", "/usr/local/lib/softhsm", "/opt/*/lib/softhsm")


class NoSoftHsm(Exception):
    """This machine has no SoftHSM."""


def library() -> str:
    """The file of the PKCS #11 library. Raises `NoSoftHsm`."""
    if shutil.which("softhsm2-util"):
        for folder in FOLDERS:
            for found in sorted(Path("/").glob(f"{folder[1:]}/{LIBRARY}")):
                return str(found)
    raise NoSoftHsm("no SoftHSM on this machine (Debian: apt-get install softhsm2)")


def new_token(folder: Path) -> HardwareToken:
    """A new token in this folder; ``SOFTHSM2_CONF`` must name its file ``softhsm2.conf``. Raises `NoSoftHsm`."""
    token = HardwareToken(library(), f"test {secrets.token_hex(4)}", secrets.token_hex(4))
    store = folder / "tokens"
    store.mkdir(exist_ok=True)
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {store}\nlog.level = ERROR\n", encoding="ascii")
    command = ["softhsm2-util", "--init-token", "--free", "--label", token.label, "--so-pin", "so-pin", "--pin"]
    environment = {**os.environ, "SOFTHSM2_CONF": str(folder / "softhsm2.conf")}
    subprocess.run([*command, token.pin], check=True, stdout=subprocess.DEVNULL, env=environment)
    return token
