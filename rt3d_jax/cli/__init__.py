"""The `rt3d` program: main finds the verb, one file a verb, console draws.

The only room that imports lowering; imports every other room.
"""
