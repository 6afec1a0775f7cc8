"""`python -m monitor` is `netra`."""

from monitor.cli import main

main()
