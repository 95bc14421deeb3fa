"""The report of an experiment: page (the whole), sections, latency, plots, pieces (tables, numbers), style.css."""
