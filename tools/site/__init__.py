"""The documentation site: pages are collected from the repository, built with Zensical, and checked."""
