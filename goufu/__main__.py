"""`python -m goufu`: the same as the command `goufu`."""

from goufu.cli.main import run

run()
