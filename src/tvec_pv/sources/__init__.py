"""Reading what the world sends: one module per format, each yielding the same `Case`."""
