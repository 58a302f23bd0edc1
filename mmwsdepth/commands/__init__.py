"""The commands, a module each: `parse(arguments)` and `run(args)`.

Options are read before anything heavy is imported, so that `--help` answers at once: what needs
PyTorch is imported in `run`.
"""
