"""What an app links: a bundle's network as one object, a runner in C, its weights, and what languages call it by.

`write` does all of it. The order and the memory of the kernels are IREE's own plan for the bundle: `hal` reads it from
the compiler, as a `schedule`. `sources/` holds the files that are filled in. Imports targets, kernels and bundle.
"""
