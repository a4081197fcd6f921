"""Everything that must hold, in one run: lint, types, contracts, then the tests. Installs or finds a browser first."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
#: What the tests need beside Python: command that shows it is there → Debian package.
NEEDED = {"chromium": "chromium", "fc-list": "fontconfig"}
ARABIC_FONT = "fonts-noto-core"


def main() -> int:
    """Run every check in order; stop at the first that fails."""
    provide_browser()
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


def provide_browser() -> None:
    """Find Chromium and an Arabic font, or install Debian's packages when root; else say what to install."""
    missing = []
    if not any(shutil.which(name) for name in BROWSERS):
        missing.append("chromium")
    fonts = subprocess.run(["fc-list", ":lang=ar"], capture_output=True, text=True) if shutil.which("fc-list") else None
    if fonts is None or not fonts.stdout.strip():
        missing += ["fontconfig", ARABIC_FONT]
    if not missing:
        return
    sentence = f"The tests need these Debian packages: apt-get install {' '.join(missing)}"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        sys.exit(sentence)
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    print("Installing", " ".join(missing), flush=True)
    subprocess.run(["apt-get", "update", "-qq"], env=environment, stdout=subprocess.DEVNULL)
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
    if subprocess.run(install, env=environment, stdout=subprocess.DEVNULL).returncode:
        sys.exit(sentence)


if __name__ == "__main__":
    sys.exit(main())
