"""What the program ships with, read once for all tests."""

from pathlib import Path

from platformlink import authority as authorities
from platformlink.protocols.shelf import Library

ROOT = Path(__file__).parent.parent
LIBRARY = Library.load(ROOT / "protocols")
AUTHORITY = authorities.load(ROOT / "platformlink" / "demo" / "authority.yaml")
