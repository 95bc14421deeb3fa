"""Kernels for Vulkan: convolutions and fully connected layers. Imports as kernels."""
