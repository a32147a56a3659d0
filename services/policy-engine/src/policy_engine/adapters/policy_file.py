"""The policy as a file, or the one that comes with the package."""

from importlib.resources import files
from pathlib import Path
from typing import Final

from lineage_policy.errors import PolicyDocumentError
from policy_engine.domain.policies import PolicyText
from policy_engine.errors import PolicyFileError

STARTER: Final = "starter.yaml"


def load_policy_file(path: Path | None) -> PolicyText:
    """The policy in a file; the starter policy when none is named.

    Raises:
        PolicyFileError: the file cannot be read, or it is refused; says where and why.
    """
    name = str(path) if path is not None else f"{STARTER} (bundled)"
    try:
        text = _read_starter() if path is None else path.read_text(encoding="utf-8")
        return PolicyText.from_text(text)
    except PolicyDocumentError as error:
        raise PolicyFileError(f"{name}: {error}") from error
    except OSError as error:
        raise PolicyFileError(f"{name}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise PolicyFileError(f"{name}: not UTF-8 text (byte {error.start})") from error


def _read_starter() -> str:
    return (files("policy_engine") / "policies" / STARTER).read_text(encoding="utf-8")
