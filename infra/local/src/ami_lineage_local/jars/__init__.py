"""Pinned lists of the Java servers' jars and their downloader."""
