"""Reports → dataset, answers to questions about it, and the command line.
How cells were aligned and how pages were fetched is left to the other rooms."""
