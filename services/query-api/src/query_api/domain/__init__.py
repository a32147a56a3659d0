"""Rules of the answers: names, cursors, cells, scopes, drawings. Pure."""
