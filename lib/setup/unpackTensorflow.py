"""Takes the C headers and the libraries out of a TensorFlow wheel.

    python unpackTensorflow.py WHEEL FOLDER

writes FOLDER/include/tensorflow/c/... and FOLDER/lib/libtensorflow*. The rest of the wheel, most
of a gigabyte, is left where it is.
"""

import os
import re
import shutil
import sys
import zipfile

HEADERS = re.compile(
    r"tensorflow/include/((tensorflow/c|tensorflow/core/platform|tsl|xla/tsl)/[\w./-]+\.h)"
)
LIBRARIES = re.compile(r"tensorflow/(libtensorflow(_cc|_framework)\.(so\.2|2\.dylib))")
LICENSES = re.compile(r"tensorflow/(THIRD_PARTY_NOTICES\.txt|include/LICENSE)")


def target(name):
    """Where an entry goes, relative to FOLDER; None for what is not needed."""
    header = HEADERS.fullmatch(name)
    if header and ".." not in name:
        return os.path.join("include", *header[1].split("/"))
    library = LIBRARIES.fullmatch(name) or LICENSES.fullmatch(name)
    if library:
        return os.path.join("lib", library[1].rsplit("/", 1)[-1])
    return None


def main(wheel, folder):
    libraries = 0
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            path = target(entry.filename)
            if path is None:
                continue
            path = os.path.join(folder, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with archive.open(entry) as source, open(path, "wb") as file:
                shutil.copyfileobj(source, file, 1 << 20)
            libraries += "libtensorflow" in os.path.basename(path)
    if libraries < 2:
        sys.exit("the wheel holds no libtensorflow_cc and libtensorflow_framework")


main(*sys.argv[1:])
