-- Who answers: the roster of units and people is published like the catalogue, and units have tokens of their own.

ALTER TABLE biaochi.publication DROP CONSTRAINT publication_kind_check;
ALTER TABLE biaochi.publication ADD CONSTRAINT publication_kind_check CHECK (kind IN ('catalog', 'rules', 'roster'));

-- A unit's token is bound to the unit by its code in the roster, which lives in `publication`, not in a table.
ALTER TABLE biaochi.token ADD COLUMN unit text CHECK (unit <> '');
ALTER TABLE biaochi.token DROP CONSTRAINT token_role_check;
ALTER TABLE biaochi.token ADD CONSTRAINT token_role_check
    CHECK (role IN ('feed', 'reviewer', 'operator', 'unit', 'office', 'leader'));
ALTER TABLE biaochi.token DROP CONSTRAINT token_check;
ALTER TABLE biaochi.token ADD CONSTRAINT token_feed CHECK ((role IN ('feed', 'reviewer')) = (feed IS NOT NULL));
ALTER TABLE biaochi.token ADD CONSTRAINT token_unit CHECK ((role = 'unit') = (unit IS NOT NULL));

-- Units as they are now. People, their telephones and addresses are nobody's to query.
CREATE VIEW report.units AS
SELECT u.unit ->> 'code' AS code, u.unit ->> 'name' AS name, u.unit ->> 'name_en' AS name_en,
       u.unit ->> 'kind' AS kind, u.position::integer AS position
FROM (SELECT content FROM biaochi.publication WHERE kind = 'roster' ORDER BY version DESC LIMIT 1) newest,
     jsonb_array_elements(newest.content -> 'units') WITH ORDINALITY AS u (unit, position);
COMMENT ON VIEW report.units IS '责任单位（现行花名册） | Units of the roster in use; without its people';
COMMENT ON COLUMN report.units.code IS '单位代码 | code';
COMMENT ON COLUMN report.units.name IS '单位名称 | name';
COMMENT ON COLUMN report.units.name_en IS '英文名称 | English name';
COMMENT ON COLUMN report.units.kind IS
    '类别：locality 街乡、department 部门、leader 区领导、office 办公室 | kind of unit, in the order of escalation';
COMMENT ON COLUMN report.units.position IS '在花名册中的次序 | place in the roster';
GRANT SELECT ON report.units TO biaochi_reader;
