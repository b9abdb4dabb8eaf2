"""What stands around every answer: security, limits, multipart, problems, languages."""
