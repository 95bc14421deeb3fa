"""Weights of other libraries: files reads them without running code, sources says what is what, imports makes run folders."""
