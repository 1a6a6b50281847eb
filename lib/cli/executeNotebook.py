"""Runs one notebook through its kernel and renders it as a page.

Started by notebooks.ts, never by hand. Says what happens as JSON, one object a line, on stdout:

    {"event": "start", "cell": 3, "text": "const data = ..."}
    {"event": "done", "cell": 3, "seconds": 0.41, "tables": 1, "figures": 0}
    {"event": "stderr", "cell": 3, "text": "..."}
    {"event": "error", "cell": 3, "line": 2, "name": "TypeError", "message": "...", "traceback": ["..."]}
    {"event": "page", "synthetic": true}

Cells are numbered as JupyterLab numbers them: code cells that hold something, from 1. Ends with 0 when the
page is written, 1 after an error, 130 when it was told to stop. It ends its kernel in every case, and also
when whoever started it disappears (its stdin then closes).
"""

import argparse
import asyncio
import base64
import importlib
import json
import os
import re
import signal
import struct
import sys
import threading
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

# CSS pixels for an inch of figure; the PNG says how many dots it has for one.
PIXELS_PER_INCH = 100

BANNER = """<div style="background:#fff3e0;border-bottom:2px solid #d55e00;color:#5d2a00;padding:0.7em 1.2em;
font-family:sans-serif"><strong>Synthetic data.</strong> The numbers on this page come from a simulated archive,
not from people.</div>"""


def say(event, **what):
    print(json.dumps({"event": event, **what}), flush=True)


class Stopped(Exception):
    """We were told to stop."""


async def run(options):
    notebook = nbformat.read(options.notebook, as_version=4)
    client = NotebookClient(
        notebook,
        kernel_name=options.kernel,
        timeout=None,
        resources={"metadata": {"path": options.root}},
    )
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    stopping = asyncio.Event()

    def stop():
        stopping.set()
        # Nothing of the kernel's state is wanted any more: do not wait for a busy one.
        client.shutdown_kernel = "immediate"
        task.cancel()

    threading.Thread(target=wait_for_orphanhood, args=(loop, stop), daemon=True).start()
    try:
        async with client.async_setup_kernel(cwd=options.root):
            for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                loop.add_signal_handler(name, stop)
            # Needed at the end only, and slow to load: meanwhile the kernel works and we wait.
            threading.Thread(target=importlib.import_module, args=("nbconvert",), daemon=True).start()
            failed = await run_cells(client, notebook, stopping)
    except BaseException:
        if stopping.is_set():
            raise Stopped from None
        raise
    if stopping.is_set():
        raise Stopped
    return None if failed else notebook


def wait_for_orphanhood(loop, stop):
    """Reads stdin to its end: it ends when whoever started us is gone."""
    while os.read(0, 4096):
        pass
    loop.call_soon_threadsafe(stop)


async def run_cells(client, notebook, stopping):
    """Runs the cells in order until one fails. Returns whether one did."""
    complaints = Complaints(client)
    await complaints.listen()
    try:
        return await run_each(client, notebook, complaints, stopping)
    finally:
        complaints.close()


async def run_each(client, notebook, complaints, stopping):
    code = [
        (index, cell)
        for index, cell in enumerate(notebook.cells)
        if cell.cell_type == "code" and cell.source.strip()
    ]
    for number, (index, cell) in enumerate(code, start=1):
        complaints.running = number
        say("start", cell=number, text=first_line(cell.source))
        begin = time.monotonic()
        failure = None
        try:
            await client.async_execute_cell(cell, index, execution_count=number)
        except CellExecutionError as error:
            failure = error
        except DeadKernelError:
            # nbclient's word for a cancelled cell, too.
            if stopping.is_set():
                raise Stopped from None
            say("error", cell=number, name="KernelDied", message="The kernel ended while this cell ran.")
            return True
        # An error may come late: after its cell, between two cells, after the last one.
        await complaints.settle(0.3 if number == len(code) else 0.03)
        if failure is not None or complaints.text or complaints.errors:
            tell(number, failure, code, complaints)
            return True
        tables, figures = counted(cell.outputs)
        say("done", cell=number, seconds=time.monotonic() - begin, tables=tables, figures=figures)
    return False


def tell(running, failure, code, complaints):
    """Says all that went wrong: what was written to stderr, and every cell's error."""
    sources = {number: cell for number, (_, cell) in enumerate(code, start=1)}
    if failure is not None and running not in complaints.errors:
        # Without an error message, what happened stands on stderr.
        text = complaints.text.pop(running, "")
        name, message = failure.ename, failure.evalue
        if not message or name == "<Error>":
            name, message = "Error", first_line(text)
        complaints.errors[running] = {"ename": name, "evalue": message, "traceback": text.splitlines()}
    for number, text in complaints.text.items():
        say("stderr", cell=number, text=text)
    for number, error in complaints.errors.items():
        trace = [without_colours(line) for line in error["traceback"]]
        cell = sources.get(number)
        say(
            "error",
            cell=number,
            line=cell and line_of("\n".join(trace), cell.execution_count or number, cell.source),
            name=error["ename"],
            message=error["evalue"],
            traceback=trace,
        )


class Complaints:
    """All text on stderr and all errors, whichever cell they belong to.

    nbclient keeps only the output of the cell that runs, so an error that surfaces after its cell has
    ended would be lost. A second listener hears everything.
    """

    def __init__(self, client):
        self.client = client
        # The cell that runs, and the cell of each request: the one that ran when it was first heard of.
        self.running = 0
        self.cells = {}
        self.text = {}
        self.errors = {}
        self.last = None

    async def listen(self):
        self.channel = self.client.km.client()
        self.channel.start_channels(shell=False, stdin=False, hb=False, control=False)
        self.task = asyncio.create_task(self.hear())
        # A subscription takes a moment to arrive, and what is sent before that passes us by.
        while self.last is None:
            self.client.kc.kernel_info()
            await asyncio.sleep(0.02)

    async def hear(self):
        while True:
            message = await self.channel.iopub_channel.get_msg(timeout=None)
            self.last = time.monotonic()
            cell = self.cells.setdefault(message["parent_header"].get("msg_id"), self.running)
            content = message["content"]
            if message["msg_type"] == "stream" and content["name"] == "stderr":
                self.text[cell] = self.text.get(cell, "") + content["text"]
            elif message["msg_type"] == "error":
                self.errors.setdefault(cell, content)

    def close(self):
        self.task.cancel()
        self.channel.stop_channels()

    async def settle(self, seconds):
        """Waits until nothing has come for so long."""
        while time.monotonic() - self.last < seconds:
            await asyncio.sleep(0.01)


def without_colours(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def line_of(text, count, source):
    """The line that an error names in the cell with this count: `Cell [3], line 2`, `Cell [3]:2:7`, or, from
    the compiler, `2:7 - error`. None where it names none."""
    for pattern in (rf"Cell \[{count}\](?:, line |:)(\d+)", r"(?m)^(\d+):\d+ - "):
        found = re.search(pattern, text)
        if found and 1 <= int(found.group(1)) <= len(source.splitlines()):
            return int(found.group(1))
    return None


def first_line(source):
    return next((line.strip() for line in source.splitlines() if line.strip()), "")


def counted(outputs):
    text = "".join(
        output.data.get("text/html", "")
        for output in outputs
        if output.output_type in ("display_data", "execute_result")
    )
    return text.count("data-lab-table="), text.count("data-lab-figure=")


def render(notebook, options):
    """The executed notebook as one HTML page that needs nothing else to be read. Returns the page's facts."""
    synthetic = False
    drawn_by_script = False
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            synthetic = synthetic or "data-lab-synthetic=" in data.get("text/html", "")
            drawn_by_script = drawn_by_script or 'class="lab-figure"' in data.get("text/html", "")
            data.pop("application/vnd.plotly.v1+json", None)
            if "image/png" in data:
                output.metadata["image/png"] = shown_size(data["image/png"])

    # For the colours of the code: kernels differ in how they name the language.
    notebook.metadata["language_info"] = {"name": "typescript", "pygments_lexer": "typescript"}
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(template_name="lab")
    exporter.exclude_input_prompt = True
    exporter.exclude_output_prompt = True
    page, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": options.title}})
    page = without_remote_scripts(page, any_formula(notebook))
    if drawn_by_script:
        with open(options.plotly, encoding="utf-8") as file:
            page = page.replace("</head>", f"<script>{file.read()}</script>\n</head>", 1)
    if synthetic:
        page = re.sub(r"(<body[^>]*>)", lambda body: body.group(1) + "\n" + BANNER, page, count=1)
    # The name says who writes: what a killed run leaves behind is recognised and removed by the next.
    folder, name = os.path.split(options.page)
    draft = os.path.join(folder, f".unfinished-{os.getpid()}-0-{name}")
    try:
        with open(draft, "w", encoding="utf-8") as file:
            file.write(page)
        os.replace(draft, options.page)
    except BaseException:
        if os.path.exists(draft):
            os.remove(draft)
        raise
    say("page", synthetic=synthetic)


def shown_size(encoded):
    """Width and height in CSS pixels of a PNG, from its size and its resolution (IHDR and pHYs chunks)."""
    png = base64.b64decode(encoded)
    width, height = struct.unpack(">II", png[16:24])
    at = png.find(b"pHYs", 0, 200)
    dots_per_inch = struct.unpack(">I", png[at + 4 : at + 8])[0] * 0.0254 if at > 0 else PIXELS_PER_INCH
    return {key: round(size / dots_per_inch * PIXELS_PER_INCH) for key, size in (("width", width), ("height", height))}


def any_formula(notebook):
    return any(cell.cell_type == "markdown" and "$" in cell.source for cell in notebook.cells)


def without_remote_scripts(page, keep_formulas):
    """Drops the libraries that nbconvert would fetch for widgets and diagrams; formulas keep theirs."""
    page = re.sub(
        r'<script[^>]*\bsrc="https?://[^"]*"[^>]*>\s*</script>',
        lambda script: script.group(0) if keep_formulas and "mathjax" in script.group(0).lower() else "",
        page,
        flags=re.IGNORECASE,
    )
    return re.sub(r'<script type="module">(?:(?!</script>).)*https?://.*?</script>', "", page, flags=re.DOTALL)


def main():
    parser = argparse.ArgumentParser()
    for name in ("notebook", "root", "kernel", "page", "title", "plotly"):
        parser.add_argument(f"--{name}", required=True)
    options = parser.parse_args()
    try:
        notebook = asyncio.run(run(options))
    except (Stopped, KeyboardInterrupt):
        return 130
    except Exception as error:
        say("error", cell=0, line=None, name=type(error).__name__, message=str(error), traceback=[])
        return 1
    if notebook is None:
        return 1
    for name in (signal.SIGTERM, signal.SIGHUP):
        # As an exception, so that an unfinished page is removed.
        signal.signal(name, lambda *_: sys.exit(130))
    render(notebook, options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
