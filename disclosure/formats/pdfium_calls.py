"""The calls to pdfium that are made for every character and every drawn object of a page.

pypdfium2 wraps each handle in an object, which costs more than what is called. Here the same functions of the same
library take and give handles as plain numbers (0: none), and answers are written to the addresses of ctypes values.
Everything that is done once a page or once a document stays with pypdfium2.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from typing import Any

import pypdfium2
import pypdfium2.raw as raw

_Handle, _Address = ctypes.c_void_p, ctypes.c_void_p


def _plain(function: Any, gives: Any, *takes: Any) -> Any:
    """`function` of pdfium with `takes` and `gives` for its types; the original is left as it is."""
    kind = ctypes.WINFUNCTYPE if os.name == "nt" else ctypes.CFUNCTYPE  # type: ignore[attr-defined,unused-ignore]
    return kind(gives, *takes)(ctypes.cast(function, ctypes.c_void_p).value or 0)


# of a character of a text page: (text page, number)
unicode_of = _plain(raw.FPDFText_GetUnicode, ctypes.c_uint, _Handle, ctypes.c_int)
without_meaning = _plain(raw.FPDFText_HasUnicodeMapError, ctypes.c_int, _Handle, ctypes.c_int)
text_object_of = _plain(raw.FPDFText_GetTextObject, _Handle, _Handle, ctypes.c_int)
font_size_of = _plain(raw.FPDFText_GetFontSize, ctypes.c_double, _Handle, ctypes.c_int)
#: … and the addresses of two doubles; 0 where it has none
origin_of = _plain(raw.FPDFText_GetCharOrigin, ctypes.c_int, _Handle, ctypes.c_int, _Address, _Address)
#: … and the address of a matrix
matrix_of = _plain(raw.FPDFText_GetMatrix, ctypes.c_int, _Handle, ctypes.c_int, _Address)

#: of a text object
font_of = _plain(raw.FPDFTextObj_GetFont, _Handle, _Handle)
#: (font, code, size, address of a float)
glyph_width = _plain(
    raw.FPDFFont_GetGlyphWidth, ctypes.c_int, _Handle, ctypes.c_uint, ctypes.c_float, _Address
)

#: of any object: (object, addresses of four unsigned ints: red, green, blue, opacity), (object, addresses of four floats:
#: left, bottom, right, top); of a text object: how it is drawn
fill_colour = _plain(
    raw.FPDFPageObj_GetFillColor, ctypes.c_int, _Handle, _Address, _Address, _Address, _Address
)
bounds_of = _plain(raw.FPDFPageObj_GetBounds, ctypes.c_int, _Handle, _Address, _Address, _Address, _Address)
render_mode = _plain(raw.FPDFTextObj_GetTextRenderMode, ctypes.c_int, _Handle)

#: of a drawn path: (path, address of an int, address of an int), (path), (path, number); of its segments: (segment),
#: (segment, addresses of two floats)
draw_mode = _plain(raw.FPDFPath_GetDrawMode, ctypes.c_int, _Handle, _Address, _Address)
segment_count = _plain(raw.FPDFPath_CountSegments, ctypes.c_int, _Handle)
segment_of = _plain(raw.FPDFPath_GetPathSegment, _Handle, _Handle, ctypes.c_int)
segment_kind = _plain(raw.FPDFPathSegment_GetType, ctypes.c_int, _Handle)
segment_closes = _plain(raw.FPDFPathSegment_GetClose, ctypes.c_int, _Handle)
segment_point = _plain(raw.FPDFPathSegment_GetPoint, ctypes.c_int, _Handle, _Address, _Address)

#: of any object: (object, address of a matrix)
object_matrix = _plain(raw.FPDFPageObj_GetMatrix, ctypes.c_int, _Handle, _Address)
_object_kind = _plain(raw.FPDFPageObj_GetType, ctypes.c_int, _Handle)
_on_page = (
    _plain(raw.FPDFPage_CountObjects, ctypes.c_int, _Handle),
    _plain(raw.FPDFPage_GetObject, _Handle, _Handle, ctypes.c_int),
)
_in_form = (
    _plain(raw.FPDFFormObj_CountObjects, ctypes.c_int, _Handle),
    _plain(raw.FPDFFormObj_GetObject, _Handle, _Handle, ctypes.c_ulong),
)
#: forms within forms looked into
_DEPTH = 4


def handle(of: pypdfium2.PdfPage | pypdfium2.PdfTextPage) -> int:
    """The handle of a page or text page that pypdfium2 opened; good as long as that is open."""
    return ctypes.cast(of.raw, ctypes.c_void_p).value or 0


def objects(page: pypdfium2.PdfPage, kind: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The objects of one kind on a page in the order of the file, each with the forms it lies in, innermost first.

    Raises pypdfium2.PdfiumError where the page cannot tell what is on it.
    """
    yield from _objects(handle(page), kind, ())


def _objects(holder: int, kind: int, forms: tuple[int, ...]) -> Iterator[tuple[int, tuple[int, ...]]]:
    count, get = _in_form if forms else _on_page
    number = count(holder)
    if number < 0:
        raise pypdfium2.PdfiumError("the objects of a page cannot be counted")
    for i in range(number):
        found = get(holder, i)
        if not found:
            raise pypdfium2.PdfiumError("an object of a page cannot be had")
        its_kind = _object_kind(found)
        if its_kind == kind:
            yield found, forms
        if its_kind == raw.FPDF_PAGEOBJ_FORM and len(forms) < _DEPTH - 1:
            yield from _objects(found, kind, (found, *forms))
