"""The HTTP surface: parsing requests and shaping answers. No SQL, no formula."""
