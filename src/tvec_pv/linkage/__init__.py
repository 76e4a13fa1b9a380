"""Reports of one patient that came from several senders: proposed by probabilistic record linkage, never merged."""
