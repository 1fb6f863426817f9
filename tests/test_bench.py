"""The bench runs. How fast anything is depends on the machine, so no test says."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_prints_a_table_of_both_databases_beside_their_baselines() -> None:
    command = [sys.executable, "-m", "bench", "--quick", "--only", "place"]

    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100)

    assert run.returncode == 0, run.stderr
    heading, *rows = run.stdout.partition("\n\n")[0].splitlines()
    assert "ratio" in heading
    assert any(row.startswith("order of 3 lines, services") and "SQLite" in row for row in rows)
    assert all("×" in row for row in rows if "left out" not in row)


def test_prints_how_right_forecasts_are_on_each_kind_of_demand() -> None:
    command = [sys.executable, "-m", "bench", "--quick", "--only", "forecast"]

    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100)

    assert run.returncode == 0, run.stderr
    heading, *rows = run.stdout.partition("\n\n")[0].splitlines()
    assert "MASE" in heading
    assert [row.partition("  ")[0] for row in rows] == [
        *("smooth", "trend and season", "intermittent", "lumpy")
    ]
