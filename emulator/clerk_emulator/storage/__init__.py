"""Store resources, images, settings and keys; the clock and ids."""
