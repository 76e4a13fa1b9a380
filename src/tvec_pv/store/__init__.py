"""Where everything is kept: tables, reads, and the changes that `actions` alone may call."""
