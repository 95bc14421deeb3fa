"""The `rt3d` program: main finds the verb; one file per verb; console draws. The only modules that may import both halves."""
