"""What the copy does, as flows: generators that yield steps and do no I/O."""
