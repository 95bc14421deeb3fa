"""A kernel for each node of the graph: tables (what every backend reads), generic (linalg for IREE's own pipelines), cpu and vulkan (packed rows)."""
