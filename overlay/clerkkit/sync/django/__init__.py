"""The copy as a Django app: add `"clerkkit.sync.django"` to INSTALLED_APPS, and run `migrate`.

Needs the extras `sync` and `django`: `pip install "clerkkit[sync,django]"`. `docs/sync.md` explains it.
"""
