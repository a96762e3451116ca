"""`python -m platformlink`."""

from platformlink.cli import main

if __name__ == "__main__":  # worker processes import this file anew
    main()
