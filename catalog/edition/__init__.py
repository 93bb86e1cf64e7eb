"""From transcriptions of a printed catalog to an edition: reading, aligning, collating, deciding, drafting."""
