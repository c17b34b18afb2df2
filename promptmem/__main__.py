"""`python -m promptmem` is the command `promptmem`."""
import sys

from promptmem.cli import main

if __name__ == "__main__": sys.exit(main())
