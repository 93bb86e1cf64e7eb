"""What several commands share: options, output, progress, reading, the store's options."""
