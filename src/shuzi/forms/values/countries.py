"""The countries whose IBANs have no letters but their own two, which is all that the reader can read of one."""

IBAN_LENGTHS = {
    country: length
    for length, countries in (
        (15, "NO"),
        (16, "BE"),
        (18, "DK FI FO GL SD"),
        (19, "SI"),
        (20, "AT BA EE LT MN XK"),
        (21, "HR"),
        (22, "CR DE ME RS VA"),
        (23, "AE IL SO TL"),
        (24, "CZ ES SE SK TN"),
        (25, "LY PT ST"),
        (26, "IS"),
        (27, "BI DJ MR"),
        (28, "HU PL"),
        (29, "EG"),
    )
    for country in countries.split()
}
"""The characters of an IBAN by country, for those whose structure in the IBAN registry of SWIFT has digits only."""
