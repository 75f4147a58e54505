"""Who answers for what: rosters of units and people, read, held against the catalogue and published."""
