#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The generated reference pages say what the programs in this build folder say. Prints TAP."""
import os
import sys
from pathlib import Path

GENERATOR = Path(__file__).resolve().parents[2] / "docs/generate.py"

os.execv(sys.executable, [sys.executable, str(GENERATOR), "--programs", os.getcwd(), "--check"])
