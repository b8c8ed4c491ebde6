"""A Spark session for the tests, of what this environment holds; everything started is stopped again.

`pysail` (Spark Connect in this process, no Java) with `pyspark-client` in .venv; Apache Spark itself in .venv-spark, as
`local-cluster`: a driver and two executors, processes of their own.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

CLUSTER = "local-cluster[2,1,1024]"  # executors, cores each, MB each
JAVA_MIN = 17
QUIET = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.log.level": "ERROR",
    "spark.sql.shuffle.partitions": "2",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def which() -> str:
    """`sail`, `cluster`, or "" where neither is installed."""
    if importlib.util.find_spec("pyspark") is None:
        return ""
    if importlib.util.find_spec("pysail") is not None:
        return "sail"
    return "cluster" if importlib.util.find_spec("py4j") is not None else ""


def java_version() -> int:
    """The major version of the Java that Spark would start, 0 if there is none."""
    home = os.environ.get("JAVA_HOME")
    java = f"{home}/bin/java" if home else shutil.which("java")
    if java is None or not shutil.which(java):
        return 0
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    number = said.partition('"')[2].partition(".")[0]
    return int(number) if number.isdigit() else 0


@contextmanager
def session() -> Iterator[Any]:
    """A session of whichever is here; skips with a message where none can be had."""
    kind = which()
    if kind == "":
        pytest.skip("neither pysail with pyspark-client nor pyspark is installed: see `make spark`")
    with sail_session() if kind == "sail" else cluster_session() as started:
        yield started


@contextmanager
def sail_server() -> Iterator[int]:
    """Sail on a free port of the loopback interface, in this process; gives the port."""
    os.environ.setdefault("RUST_LOG", "error")
    from pysail.spark import SparkConnectServer

    server = SparkConnectServer(ip="127.0.0.1", port=0)
    server.start(background=True)
    try:
        address, port = server.listening_address
        assert address == "127.0.0.1"
        yield port
    finally:
        server.stop()
    assert not server.running


@contextmanager
def named_main() -> Iterator[None]:
    """The main module has a file meanwhile: without one, as in a worker of pytest-xdist, the client takes us for its own doctests."""
    main = sys.modules["__main__"]
    bare = not hasattr(main, "__file__")
    if bare:
        main.__file__ = __file__
    try:
        yield
    finally:
        if bare:
            del main.__file__


@contextmanager
def sail_session() -> Iterator[Any]:
    """A session of a Sail server of its own."""
    from pyspark.sql import SparkSession

    with sail_server() as port:
        with warnings.catch_warnings(), named_main():
            warnings.simplefilter("ignore", FutureWarning)  # pandas 3, of which nothing here makes use
            spark = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").create()
        try:
            yield spark
        finally:
            spark.stop()


@contextmanager
def cluster_session() -> Iterator[Any]:
    """Spark with two executors in processes of their own; the driver's Java ends with this too."""
    if java_version() < JAVA_MIN:
        pytest.skip(f"Spark needs Java {JAVA_MIN} or newer; found {java_version() or 'none'}")
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(CLUSTER).appName("fanzha-engines-agree")
    for key, value in QUIET.items():
        builder = builder.config(key, value)
    try:
        spark = builder.getOrCreate()
        try:
            yield spark
        finally:
            spark.stop()
    finally:
        gateway = SparkContext._gateway
        if gateway is not None:
            gateway.shutdown()
            gateway.proc.stdin.close()  # the Java process ends when this pipe does, also if Python is killed
            assert gateway.proc.wait(60) is not None
            SparkContext._gateway = SparkContext._jvm = None
