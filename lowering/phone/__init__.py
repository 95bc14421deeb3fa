"""Bundles on Android phones: pack (with elf, cpu and the scripts of device/), adb, state, bench, rows, vulkan."""
