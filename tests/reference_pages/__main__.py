"""`python -m tests.reference_pages`: write the generated pages of docs/reference again."""

import sys

from tests.reference_pages import PAGES, write

changed = write()
sys.stdout.write(f"{len(PAGES)} generated pages, written anew: {', '.join(changed) or 'none'}\n")
