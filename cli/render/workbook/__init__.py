"""The Excel workbook of audits, a module for each sheet; `book` writes it, `worklist` also reads it back."""
