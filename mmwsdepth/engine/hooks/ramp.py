"""Factors that set in during training."""


def ramp(iteration: int, begin: int, length: int) -> float:
    """Rise linearly from 0 at `begin` to 1 at `begin + length`.

    Args:
        iteration: Number of the iteration, from 0.
        begin: Iteration up to which the factor is 0.
        length: Iterations of the rise; 0 makes it a step.
    """
    if iteration < begin:
        return 0.0
    return min((iteration - begin + 1) / max(length, 1), 1.0)
