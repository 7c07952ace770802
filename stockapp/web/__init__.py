"""HTTP: JSON, pages, fragments and streams."""
