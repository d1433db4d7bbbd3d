"""How fast the site is, measured against plain code on the same machine: `make bench`. One module for each gate."""
