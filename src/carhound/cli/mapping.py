"""`carhound mapping`: a mapping file to start from, written from a sample of the evidence."""

import click

_EPILOG = """\
\b
Examples:
  carhound mapping edr-export.csv > edr.yaml    then check it, line by line
  carhound hunt --mapping edr.yaml exports/
"""


@click.command(epilog=_EPILOG)
@click.argument("sample", metavar="SAMPLE")
def mapping(sample: str) -> int:
    """Print a mapping for evidence whose columns have names of their own.

    SAMPLE is one file of it: CSV with a header, JSON, Parquet or Arrow. Columns are guessed by their names;
    all of them are listed below, each with a value, so that the guesses can be corrected.
    """
    from carhound.outputs.write import write_stdout
    from carhound.pipeline.mapping_starter import mapping_starter

    write_stdout([mapping_starter(sample).encode()], for_people=False)
    return 0
