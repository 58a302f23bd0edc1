#!/usr/bin/env bash
# Makes a fresh virtual environment, installs the project into it, and runs linter, type checker and
# tests with coverage. Fails if any of them fails. Options go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT
python3.11 -m venv "$venv"
export PATH="$venv/bin:$PATH"
pip install -q torch==2.13.0
pip install -q -e '.[onedl,test]'
ruff check .
ruff format --check .
mypy
OMP_NUM_THREADS=1 pytest -m '' -n 2 --dist worksteal --cov --cov-report=term "$@"
