"""Load seed files, and dump the state as one."""
