"""Everything that must hold, in one run: lint, types, contracts, tests. Finds or installs first what they need."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests import tokens

ROOT = Path(__file__).parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARABIC_FONT = "fonts-noto-core"
SOFTHSM = "softhsm2"


def main() -> int:
    """Run every check in order; stop at the first that fails."""
    provide_programs()
    python = sys.executable
    checks = [
        [python, "-m", "ruff", "check", "."],
        [python, "-m", "ruff", "format", "--check", "."],
        [python, "-m", "mypy"],
        [str(Path(python).parent / "lint-imports")],
        [python, "-m", "pytest", *sys.argv[1:]],
    ]
    for check in checks:
        print("$", " ".join(Path(part).name if part == python else part for part in check), flush=True)
        if code := subprocess.run(check, cwd=ROOT).returncode:
            return code
    return 0


def provide_programs() -> None:
    """Find Chromium, an Arabic font and SoftHSM, or install Debian's packages when root; else say what to install."""
    missing = []
    if not any(shutil.which(name) for name in BROWSERS):
        missing.append("chromium")
    fonts = subprocess.run(["fc-list", ":lang=ar"], capture_output=True, text=True) if shutil.which("fc-list") else None
    if fonts is None or not fonts.stdout.strip():
        missing += ["fontconfig", ARABIC_FONT]
    try:
        tokens.library()
    except tokens.NoSoftHsm:
        missing.append(SOFTHSM)
    if not missing or _install(missing):
        return
    sentence = f"The tests need these Debian packages: apt-get install {' '.join(missing)}"
    if missing != [SOFTHSM]:
        sys.exit(sentence)
    print(f"{sentence} (those of keys in a token are skipped)", flush=True)


def _install(packages: list[str]) -> bool:
    """Whether these Debian packages could be installed."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    print("Installing", " ".join(packages), flush=True)
    subprocess.run(["apt-get", "update", "-qq"], env=environment, stdout=subprocess.DEVNULL)
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    return subprocess.run(install, env=environment, stdout=subprocess.DEVNULL).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
