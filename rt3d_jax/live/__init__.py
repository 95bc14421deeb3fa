"""Showing what networks say of a camera or video, frame by frame: in the browser and in the terminal.

A network is a function of clips here, so that this room needs no compiler. Of the rooms before it, it imports data.
"""
