"""Where this checkout and its tools are."""

from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parents[4]
"""The root of the checkout (the package is installed editable)."""

PRODUCT_BIN: Final = CHECKOUT / ".venv" / "bin"
"""Console scripts of the services."""

SERVERS_PYTHON: Final = CHECKOUT / ".venv-servers" / "bin" / "python"
"""Interpreter of the local AWS endpoints, which live apart from the product's dependencies."""
