"""``python -m mjnb``."""

from .cli import main

raise SystemExit(main())
