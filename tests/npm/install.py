"""Installs the clients the tests drive, once for the same lock: `python tests/npm/install.py`."""

import hashlib
import runpy
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
STAMP = HERE / "node_modules" / "inputs.sha256"
# Which node has installed them, and so runs them.
NODE = HERE / "node_modules" / "node.txt"
INPUTS = ("package-lock.json", "relay/operations.js", "relay.config.json")


def main() -> None:
    inputs = "".join(hashlib.sha256((HERE / name).read_bytes()).hexdigest() for name in INPUTS)
    if NODE.is_file() and STAMP.is_file() and STAMP.read_text() == inputs:
        return
    node, npm = runpy.run_path(str(ROOT / "web" / "build.py"))["tools"]()
    run(*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
    (HERE / "relay" / "compiled").mkdir(exist_ok=True)
    run(node, "node_modules/relay-compiler/cli.js", "relay.config.json")
    NODE.write_text(node)
    STAMP.write_text(inputs)


def run(*command: str) -> None:
    output = subprocess.STDOUT
    done = subprocess.run(command, cwd=HERE, stdout=subprocess.PIPE, stderr=output, text=True)
    if done.returncode:
        print(done.stdout, file=sys.stderr)
        raise SystemExit(f"The clients are not installed: `{' '.join(command)}` failed.")


if __name__ == "__main__":
    main()
