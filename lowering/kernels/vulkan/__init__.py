"""Kernels for Vulkan: convolutions, fully connected layers and Winograd's transforms. Imports as kernels."""
