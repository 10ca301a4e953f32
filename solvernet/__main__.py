"""Entry point of the command line."""

import sys

from solvernet.startup import check_packages


def main() -> int:
    """Run the command line; return the exit code."""
    from solvernet.errors import ForeignPackageError

    try:
        check_packages()
    except ForeignPackageError as error:
        sys.stderr.write(f"solvernet: {error}\n")
        return 2
    try:
        from solvernet.cli.app import run_app
    except KeyboardInterrupt:
        sys.stderr.write("solvernet: interrupted\n")
        return 130
    return run_app()


if __name__ == "__main__":
    sys.exit(main())
