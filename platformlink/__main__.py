"""`python -m platformlink`."""

from platformlink.cli import main

main()
