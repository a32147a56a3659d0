"""``ami-lineage-query-api``."""

from query_api.entrypoints.console import app


def main() -> None:
    """Run the console."""
    app()


if __name__ == "__main__":
    main()
