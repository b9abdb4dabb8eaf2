"""What surrounds every response: security, limits, multipart, problems, languages."""
