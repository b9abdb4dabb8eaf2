"""Any number of pictures become Parquet files, one row per picture, on many machines."""
