"""Every change to the store: one function, its transactions, and their audit rows inside them."""
