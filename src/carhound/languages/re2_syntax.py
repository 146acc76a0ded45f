"""Whether RE2 can run a regular expression, which every language asks before a plan is made."""

WAY_OUT = "look-around and back-references have no RE2 form; rewrite without them"


def why_not(expression: str) -> str | None:
    """What RE2 says of an expression that it cannot run."""
    import re2  # loaded by the few texts that use it

    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(expression, options)
    except (re2.error, UnicodeEncodeError) as problem:
        given = problem.args[0]
        reason = given.decode(errors="replace") if isinstance(given, bytes) else str(problem)
        return f"RE2 cannot run this expression: {reason}"
    return None
