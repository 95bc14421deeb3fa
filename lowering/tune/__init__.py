"""The tuner: keys of layers, a cost model, trials (measured, counted, modelled), the search, and what is kept of it."""
