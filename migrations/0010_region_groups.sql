-- Groups of regions (19个乡, 重点区域), kept with every version of the catalogue they were published in.

CREATE TABLE biaochi.region_group (
    catalog_version integer NOT NULL,
    code            text    NOT NULL,
    name            text    NOT NULL,
    name_en         text    NOT NULL DEFAULT '',
    position        integer NOT NULL,             -- place in the file
    PRIMARY KEY (catalog_version, code)
);

CREATE TABLE biaochi.region_group_member (
    catalog_version integer NOT NULL,
    code            text    NOT NULL,
    region_id       integer NOT NULL REFERENCES biaochi.region,
    PRIMARY KEY (catalog_version, code, region_id),
    FOREIGN KEY (catalog_version, code) REFERENCES biaochi.region_group
);

CREATE VIEW report.region_groups AS
SELECT g.code AS region_group, g.name AS region_group_name, g.name_en AS region_group_name_en, r.code AS region,
       r.name AS region_name, r.level AS region_level
FROM biaochi.region_group g
JOIN biaochi.region_group_member m USING (catalog_version, code)
JOIN biaochi.region r USING (region_id)
WHERE g.catalog_version = (SELECT max(version) FROM biaochi.publication WHERE kind = 'catalog')
ORDER BY g.position, r.code;
COMMENT ON VIEW report.region_groups IS
    '区域组及其成员（现行目录），每组每区域一行 | Groups of regions of the catalogue in use, one row per group and region';
COMMENT ON COLUMN report.region_groups.region_group IS '区域组代码 | code of the group';
COMMENT ON COLUMN report.region_groups.region_group_name IS '区域组成员的统称 | what its members are called';
