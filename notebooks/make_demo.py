"""Run the demo notebook on the sandbox and leave everything that it made in ``demo/``.

Writes ``demo.ipynb`` (executed), ``demo.html``, ``sweep.png`` and the ledger with its pictures, and prints
where they are and what is in them.  Nothing outside ``demo/`` and ``build/`` is written, the home directory
included.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEMO, BUILD = ROOT / "demo", ROOT / "build"
TIMEOUT = 120  # seconds for one cell
FOLDERS = ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR")


def main() -> None:
    """Run, save, and say what came of it."""
    stay_in_build()
    start = time.monotonic()
    shutil.rmtree(DEMO, ignore_errors=True)
    DEMO.mkdir()
    run_notebook()
    save_figure_and_say(time.monotonic() - start)


def stay_in_build() -> None:
    """Keep Jupyter's, IPython's and matplotlib's own files out of the home directory; forget any key."""
    for name in FOLDERS:
        folder = BUILD / name.lower()
        folder.mkdir(parents=True, exist_ok=True)
        os.environ[name] = str(folder)
    for name in [name for name in os.environ if name.startswith(("MJNB_", "KIE_"))]:
        del os.environ[name]


def run_notebook() -> None:
    """Execute the notebook in ``demo/`` and write it there with its page."""
    import nbformat
    from jupyter_client import AsyncKernelManager
    from nbclient import NotebookClient
    from nbconvert import HTMLExporter

    notebook = nbformat.read(ROOT / "notebooks" / "demo.ipynb", as_version=4)
    with tempfile.TemporaryDirectory() as sockets:  # a short path: a socket's has at most 107 bytes
        kernel = AsyncKernelManager(kernel_name="python3", transport="ipc", ip=f"{sockets}/k")
        assert kernel.kernel_spec is not None
        kernel.kernel_spec.argv[0] = sys.executable  # this interpreter, whatever kernels the machine has
        where = {"metadata": {"path": str(DEMO)}}
        NotebookClient(notebook, km=kernel, timeout=TIMEOUT, resources=where).execute(cleanup_kc=True)
    nbformat.write(notebook, DEMO / "demo.ipynb")
    page, _ = HTMLExporter(embed_images=True).from_notebook_node(notebook)
    (DEMO / "demo.html").write_text(page, encoding="utf-8")


def save_figure_and_say(seconds: float) -> None:
    """Open the ledger again, as a later session would, and draw the figure from it: nothing is paid."""
    import mjnb as mj

    with mj.Session(base_url="sandbox", data_dir=DEMO / "mjnb-data") as session:
        sweep = session.sweep(
            "a lighthouse at dusk", stylization=[0, 250, 500, 1000], weirdness=[0, 1000, 3000]
        )
        sweep.plot().save(DEMO / "sweep.png")
        tasks, plan = session.tasks(), sweep.plan()
        print(f"notebook  {DEMO / 'demo.ipynb'} and {DEMO / 'demo.html'}")
        print(f"figure    {DEMO / 'sweep.png'}")
        counts = f"{tasks.height} tasks, {session.images().height} pictures"
        print(f"ledger    {DEMO / 'mjnb-data' / 'ledger.db'}: {counts}")
        print(f"sweep     {plan!r}")
        print(f"took      {seconds:.0f} s, {tasks['credits'].sum():g} sandbox credits, no key, no network")


if __name__ == "__main__":
    sys.exit(main())
