"""Text folding, labelled corpus and the partisan-text model. A leaf: imports nothing of `monitor`."""
