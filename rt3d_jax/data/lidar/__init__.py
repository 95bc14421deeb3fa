"""Scans of LiDARs with boxes around objects: KITTI's layout, made-up scenes in it, pillars, anchors, augmentation.

Imports of rt3d_jax what data does.
"""
