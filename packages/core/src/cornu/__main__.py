"""`python -m cornu`."""

import sys

from cornu.cli import main

if __name__ == "__main__":
    sys.exit(main())
