"""Every table, loaded: foreign keys that are named by text find each other here."""

from importlib import import_module
from pathlib import Path

from sqlmodel import SQLModel

PACKAGE = Path(__file__).parent.parent

for file in sorted(PACKAGE.glob("*/tables.py")):
    import_module(f"platformlink.{file.parent.name}.tables")

METADATA = SQLModel.metadata
