"""`python -m shuzi` is the command `shuzi`."""

from shuzi.cli import main

main()
