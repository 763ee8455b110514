"""Our stationery: the words in which a document is told, and `render`, which makes the PDF. Nobody else knows ReportLab.

`render(Document(…), [heading("Rådgivende uttalelse"), prose(text), …])` gives bytes. Start reading in `blocks.py`, then `story.py` and `page.py`;
`tagging.py` and `archival.py` make each file PDF/A-2a and PDF/UA-1, and nobody who tells a document writes a tag.
"""

from tvist.pdf.archival import untagged
from tvist.pdf.blocks import (
    Block,
    Column,
    Document,
    Language,
    Link,
    boxed,
    chart,
    code_block,
    fact_table,
    heading,
    page_break,
    prose,
    signature_block,
    table,
)
from tvist.pdf.charts import bar_chart, line_chart, stacked_bars
from tvist.pdf.fonts import MissingLetter, missing_letters, printable
from tvist.pdf.overlay import Foot, overlay
from tvist.pdf.page import render, render_placed
from tvist.pdf.paragraph import Place
from tvist.pdf.sheet import Picture, Series
from tvist.pdf.svg import svg

__all__ = [
    "Block",
    "Column",
    "Document",
    "Foot",
    "Language",
    "Link",
    "MissingLetter",
    "Picture",
    "Place",
    "Series",
    "bar_chart",
    "boxed",
    "chart",
    "code_block",
    "fact_table",
    "heading",
    "line_chart",
    "missing_letters",
    "overlay",
    "page_break",
    "printable",
    "prose",
    "render",
    "render_placed",
    "signature_block",
    "stacked_bars",
    "svg",
    "table",
    "untagged",
]
