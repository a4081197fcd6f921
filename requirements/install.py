"""Make .venv from a lock: ``python3 -m requirements.install run`` (or ``dev``).

Standard library only, and written so that an old Python can still read it and say that it is too old.
What is already there is left alone, so that starting again takes no time.
"""

from __future__ import print_function

import hashlib
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
LEAST = (3, 11)


def main(lock):
    check_python()
    if installed(lock):
        return
    make_venv()
    print("Installing packages for '%s' (once; it can take a minute) ..." % lock, file=sys.stderr)
    pip("--require-hashes", "--no-deps", "-r", os.path.join(HERE, lock + ".txt"))
    pip("--no-deps", "--no-build-isolation", "-e", ROOT)
    with open(stamp(lock), "w") as file:
        file.write(digest(lock))


def check_python():
    if sys.version_info < LEAST:
        stop(
            "Python %d.%d is too old. Install Python 3.11 or newer, then: make run PYTHON=python3.11"
            % sys.version_info[:2]
        )
    try:
        import ensurepip  # noqa: F401, only asked whether it is there
        import venv  # noqa: F401, only asked whether it is there
    except ImportError:
        stop("This Python has no 'venv' module. On Debian or Ubuntu: apt-get install python3-venv")


def make_venv():
    if os.path.exists(PYTHON):
        answer = subprocess.run(
            [PYTHON, "-m", "pip", "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        if answer.returncode == 0:
            return
        shutil.rmtree(VENV)
    try:
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True, stdout=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        if not os.access(ROOT, os.W_OK):
            stop("The folder %s cannot be written. Copy the project to a folder of your own." % ROOT)
        stop("The environment .venv could not be made. Delete .venv and try again.")


def pip(*arguments):
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"] + list(arguments)
    answer = subprocess.run(command, cwd=ROOT, env=dict(os.environ, PIP_ROOT_USER_ACTION="ignore"))
    if answer.returncode:
        stop("Packages could not be installed (see above). Is there a network? Then try again.")


def digest(lock):
    found = hashlib.sha256(sys.version.encode() + ROOT.encode())
    for name in (os.path.join(HERE, lock + ".txt"), os.path.join(ROOT, "pyproject.toml")):
        with open(name, "rb") as file:
            found.update(file.read())
    return found.hexdigest()


def installed(lock):
    """Whether this lock, or the larger one that holds it, is in place."""
    for name in (lock, "dev"):
        if os.path.exists(stamp(name)):
            with open(stamp(name)) as file:
                if file.read() == digest(name):
                    return True
    return False


def stamp(lock):
    return os.path.join(VENV, "installed-" + lock)


def stop(sentence):
    sys.exit(sentence)


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ("run", "dev"):
        stop("usage: python3 -m requirements.install run|dev")
    main(sys.argv[1])
