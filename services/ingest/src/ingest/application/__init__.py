"""What ingest does: imports, consumes the central queue, follows the archive, observes."""
