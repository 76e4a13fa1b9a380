"""The statistics of reports: each method one small module of pure functions on arrays, with its formula and source."""
