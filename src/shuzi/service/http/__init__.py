"""Everything around a response: security, limits, multipart, problems, languages."""
