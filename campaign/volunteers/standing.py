"""The signal by which the keepers of shifts learn that somebody may do less than before."""

from blinker import Signal

# Sent with the volunteer's id as the sender and `now`, in the transaction of the act; the volunteer's row is locked.
# Who hears it looks at every later shift of theirs with `rules.missing` and says why one is taken from them.
may_do_less = Signal("Tells the keepers of shifts that this volunteer lost something: look at what they have taken.")
