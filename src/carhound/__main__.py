"""`python -m carhound`."""

import sys

from carhound.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
