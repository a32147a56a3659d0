"""HTTP: the gate in front, the API, the pages, the console."""
