"""Makes reports as agencies publish them, from a seed, in every layout and with every fault, true figures beside them.
Reading them, fetching them and keeping them is left to the other rooms, none of which is known here."""
