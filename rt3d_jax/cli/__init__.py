"""The `rt3d` program: main finds the verb, arguments reads what follows it, console prints. Each verb is one file.

The only room that imports all of lowering. It imports every other room.
"""
