"""Splunk's commands and functions that carhound does not run, and why; each is refused by its name.

Names are those of Splunk's Search Reference. What is in neither list here nor run is taken for a slip.
"""

_SERVER = "it asks a Splunk server about itself"
_WRITES = "it writes to a Splunk server"
_METRICS = "it reads metrics indexes"
_LEARNS = "it is a statistical model of Splunk's own, which cannot be given again"
_SUMMARY = "it fills summary indexes: use the command without si"
_SHOWS = "it is about how Splunk shows results: --format and --output say so here"

COMMANDS: dict[str, str] = {
    "abstract": _SHOWS,
    "addinfo": "it adds what a Splunk server knows of its search",
    "addcoltotals": "use append with a subsearch and stats sum",
    "addtotals": "add the fields with eval, or use stats sum",
    "analyzefields": _LEARNS,
    "anomalies": _LEARNS,
    "anomalousvalue": _LEARNS,
    "anomalydetection": _LEARNS,
    "appendcols": "it sets unrelated rows side by side: use join with a field",
    "appendpipe": "use append with a subsearch",
    "arules": _LEARNS,
    "associate": _LEARNS,
    "cluster": _LEARNS,
    "cofilter": _LEARNS,
    "collect": _WRITES,
    "contingency": "use stats count by both fields",
    "correlate": _LEARNS,
    "datamodel": "use tstats from datamodel=Endpoint.Processes",
    "dbinspect": _SERVER,
    "delete": "carhound never changes evidence",
    "delta": "use streamstats current=f last(field) as before, then eval",
    "diff": "use stats values by the field",
    "erex": "it learns an expression from examples: write it with rex",
    "eventcount": _SERVER,
    "extract": "fields are read from the events as they are: use rex for others",
    "fieldformat": _SHOWS,
    "fieldsummary": "use stats count, dc and values of the fields, or carhound visibility",
    "findtypes": _LEARNS,
    "folderize": _SHOWS,
    "foreach": "write eval for each field",
    "from": "use search, tstats or inputlookup",
    "gauge": _SHOWS,
    "gentimes": "it makes rows of times, not of evidence",
    "geom": "carhound has no maps",
    "geostats": "carhound has no maps",
    "highlight": _SHOWS,
    "history": _SERVER,
    "iconify": _SHOWS,
    "inputcsv": "use inputlookup with --lookup NAME=FILE",
    "iplocation": "it needs a database of places",
    "kmeans": _LEARNS,
    "kv": "fields are read from the events as they are: use rex for others",
    "loadjob": _SERVER,
    "localize": _LEARNS,
    "map": "it runs a search for every row: use a subsearch or join",
    "mcollect": _WRITES,
    "metadata": _SERVER,
    "metasearch": _SERVER,
    "meventcollect": _WRITES,
    "mpreview": _METRICS,
    "msearch": _METRICS,
    "mstats": _METRICS,
    "multikv": "fields are read from the events as they are: use rex for others",
    "multisearch": "use OR in one search, or append",
    "outlier": _LEARNS,
    "outputcsv": "use --format csv --output FILE",
    "outputlookup": "use --format csv --output FILE, and --lookup to read it again",
    "overlap": _SUMMARY,
    "pivot": "use stats or chart",
    "predict": _LEARNS,
    "redistribute": "it is about how Splunk's servers share work",
    "rest": _SERVER,
    "savedsearch": "name the file: carhound hunt savedsearches.conf",
    "script": "carhound runs no programs",
    "scrub": "carhound never changes evidence",
    "searchtxn": _LEARNS,
    "selfjoin": "use stats values by the field",
    "sendalert": "use carhound watch, which sends alerts",
    "sendemail": "use carhound watch, which sends alerts",
    "set": "use NOT with a subsearch, or append and stats",
    "sichart": _SUMMARY,
    "sirare": _SUMMARY,
    "sistats": _SUMMARY,
    "sitimechart": _SUMMARY,
    "sitop": _SUMMARY,
    "tags": "tags are kept on a Splunk server",
    "timewrap": "use bin, then stats by time",
    "transaction": "use stats min(_time) max(_time) values(…) by what the events share, or streamstats",
    "trendline": "use streamstats window=5 avg(field)",
    "transpose": "use chart, which makes columns of values",
    "tscollect": _WRITES,
    "typeahead": _SERVER,
    "typelearner": _LEARNS,
    "typer": "event types are kept on a Splunk server",
    "union": "use append",
    "untable": "use stats by both fields in the place of chart",
    "walklex": _SERVER,
    "x11": _LEARNS,
    "xmlkv": "fields are read from the events as they are: use rex for others",
    "xpath": "fields are read from the events as they are: use rex for others",
    "xyseries": "use chart over one field by the other",
}

FUNCTIONS: dict[str, str] = {
    "commands": _SERVER,
    "lookup": "use the lookup command",
    "random": "a search has to give the same again",
}

_BY_TIME = "use timechart sum(field) with a span, then eval"

AGGREGATES: dict[str, str] = {
    "estdc_error": "dc and estdc are exact here: their error is 0",
    "eval": "aggregate first, then use the eval command",
    "per_day": _BY_TIME,
    "per_hour": _BY_TIME,
    "per_minute": _BY_TIME,
    "per_second": _BY_TIME,
    "rate_avg": _METRICS,
    "rate_sum": _METRICS,
    "sparkline": "use timechart: there are no small charts in a table",
}

PAGE = "docs/reference/spl.md"
"""Lists what is run and what is not."""
