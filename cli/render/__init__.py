"""How judgements leave goufu: workbook, page, OCDS, overview, the screen of a review. Renderers import no commands."""
