"""Makes the builders of this folder importable: import mode importlib puts no test folder on the path."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
