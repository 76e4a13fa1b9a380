"""From a number to a flag: pairs of product and reaction, the rules they meet, and whether an officer must see them."""
