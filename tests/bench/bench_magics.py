"""What the magics cost: loading, the first ``%mj`` of a warm kernel, and a completion.

``python tests/bench/bench_magics.py``; the figures are medians, in milliseconds, of fresh processes.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 7

LOAD = """
import time
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_cell("x = 1")
before = time.process_time()
shell.run_line_magic("load_ext", "mjnb")
print((time.process_time() - before) * 1000)
"""

COMPLETE = """
import time
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "mjnb")

def took(code):
    before = time.process_time()
    with provisionalcompleter():
        found = list(shell.Completer.completions(code, len(code)))
    assert found, code
    return (time.process_time() - before) * 1000

first = took("%mj a cat --s")
print(first, max(took(code) for code in ("%mj ", "%mj a cat --", "x = %mj a --ar ", "%%mj\\nat dusk\\n--st")))
"""


def of_processes(script: str) -> list[list[float]]:
    """Run a script in fresh processes; return the numbers that each printed."""
    found = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            env = {**os.environ, "IPYTHONDIR": folder}
            done = subprocess.run(
                [sys.executable, "-c", script],
                capture_output=True,
                text=True,
                check=True,
                cwd=folder,
                env=env,
            )
        found.append([float(number) for number in done.stdout.split()])
    return found


def first_output() -> list[float]:
    """Return how long the first ``%mj`` of warm kernels takes until something shows."""
    from jupyter_client.manager import start_new_kernel

    from mjnb.sandbox import Sandbox

    found = []
    with Sandbox(time_scale=20, long_side=64) as server:
        settings = {"MJNB_BASE_URL": server.url, "MJNB_API_KEY": server.key, "MJNB_TIME_SCALE": "20"}
        for _ in range(ROUNDS):
            with tempfile.TemporaryDirectory() as folder:
                env = {**os.environ, **settings, "IPYTHONDIR": folder}
                manager, client = start_new_kernel(kernel_name="python3", env=env, cwd=folder)
                client.execute_interactive("%load_ext mjnb", output_hook=lambda _: None)
                before = time.perf_counter()
                client.execute("fox = %mj a red fox")
                while client.get_iopub_msg(timeout=60)["msg_type"] != "display_data":
                    pass
                found.append((time.perf_counter() - before) * 1000)
                client.execute_interactive("import mjnb; mjnb.session().close()", output_hook=lambda _: None)
                client.stop_channels()
                manager.shutdown_kernel()
    return found


def main() -> None:
    """Print the figures."""
    loads = [one[0] for one in of_processes(LOAD)]
    completions = of_processes(COMPLETE)
    print(f"%load_ext mjnb             {statistics.median(loads):6.1f} ms CPU")
    print(f"the first completion       {statistics.median(one[0] for one in completions):6.1f} ms CPU")
    print(f"the slowest of the others  {statistics.median(one[1] for one in completions):6.1f} ms CPU")
    print(f"the first %mj, to output   {statistics.median(first_output()):6.1f} ms")


if __name__ == "__main__":
    main()
