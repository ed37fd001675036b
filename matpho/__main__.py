"""`python -m matpho`."""

from __future__ import annotations

from matpho.cli import main

if __name__ == "__main__":
    main()
