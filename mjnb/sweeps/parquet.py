"""Parquet tables whose columns say their unit: in the Arrow metadata of each field, and once as JSON.

polars takes field metadata from an Arrow schema only, and makes none that has any.  The schema is handed
over by the Arrow C data interface: a struct of three kinds of text, https://arrow.apache.org/docs/format/
CDataInterface.html; pyarrow is not needed.
"""

from __future__ import annotations

import ctypes
import inspect
import json
import os
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InvalidRequest

if TYPE_CHECKING:
    import polars as pl

KEY = "mjnb"  # of the file's own metadata
FORMATS = {"Int64": b"l", "Float64": b"g", "Boolean": b"b", "String": b"vu"}  # polars' texts are views
NULLABLE = 2

Words = Mapping[str, str]  # of a column: unit, label, source


class _Struct(ctypes.Structure):
    """``struct ArrowSchema``, as the interface gives it."""


_Release = ctypes.CFUNCTYPE(None, ctypes.POINTER(_Struct))
_Struct._fields_ = [
    ("format", ctypes.c_char_p),
    ("name", ctypes.c_char_p),
    ("metadata", ctypes.c_char_p),
    ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("children", ctypes.POINTER(ctypes.POINTER(_Struct))),
    ("dictionary", ctypes.c_void_p),
    ("release", _Release),
    ("private_data", ctypes.c_void_p),
]


def _release(told: Any) -> None:
    """Mark a struct as given back; what it points to belongs to Python, which frees it."""
    told.contents.release = _Release()


_released = _Release(_release)  # lives as long as anything may call it


class FieldWords:
    """A frame's schema with words on its fields; it must outlive the call that takes it.

    Args:
        frame: Of whole and real numbers, switches and texts.
        words: By column.
    """

    def __init__(self, frame: pl.DataFrame, words: Mapping[str, Words]) -> None:
        self._fields = [
            _Struct(
                format=FORMATS[str(kind)],
                name=name.encode(),
                metadata=_packed(words.get(name, {})),
                flags=NULLABLE,
                release=_released,
            )
            for name, kind in frame.schema.items()
        ]
        self._places = (ctypes.POINTER(_Struct) * len(self._fields))(*map(ctypes.pointer, self._fields))
        self._whole = _Struct(
            format=b"+s", name=b"", n_children=len(self._fields), children=self._places, release=_released
        )

    def __arrow_c_schema__(self) -> Any:
        """Return the schema as a capsule."""
        make = ctypes.pythonapi.PyCapsule_New
        make.restype, make.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
        return make(ctypes.addressof(self._whole), b"arrow_schema", None)


def write(path: str | os.PathLike[str], frame: pl.DataFrame, words: Mapping[str, Words], **more: Any) -> None:
    """Write a frame with the unit, label and source of every column.

    Args:
        path: Where to.
        frame: The table.
        words: By column.
        **more: Further facts of the file.
    """
    told = json.dumps({**more, "columns": words}, ensure_ascii=False)
    takes = inspect.signature(frame.write_parquet).parameters  # polars before 1.37 has no arrow_schema
    fields: dict[str, Any] = {"arrow_schema": FieldWords(frame, words)} if "arrow_schema" in takes else {}
    frame.write_parquet(Path(path), metadata={KEY: told}, **fields)


def read_words(path: str | os.PathLike[str]) -> dict[str, dict[str, str]]:
    """Return what the columns of a saved table are: ``unit``, and of metrics ``label`` and ``source``.

    Raises:
        InvalidRequest: It is no table that mjnb wrote.
    """
    from .. import frames

    try:
        columns = json.loads(frames.parquet_texts(path)[KEY])["columns"]
        return {str(name): {str(k): str(v) for k, v in words.items()} for name, words in columns.items()}
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        hint = "sweep.save(folder) writes them."
        raise InvalidRequest(f"{path} is no table of a saved sweep: {error}", hint=hint) from None


def _packed(words: Words) -> bytes:
    """Return words as the interface wants them: counts and lengths as native 32-bit numbers, then texts."""
    texts = [text.encode() for pair in words.items() for text in pair]
    return struct.pack("=i", len(words)) + b"".join(struct.pack("=i", len(text)) + text for text in texts)
