"""The option --address names a cluster."""

from __future__ import annotations

from shuzi.cli.localized import option

address_option = option("--address", envvar="RAY_ADDRESS", metavar="ADDRESS", help="cli.scale.address")
"""`--address`, for each command that works on a cluster; Ray sets its variable for jobs."""
