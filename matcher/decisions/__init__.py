"""What officers decide: their words read and checked, line by line or in a filled worklist. Nothing is stored here."""
