-- What the answers of assets' tasks are found by: terms, each a class, a question or a choice as a number. Assets that
-- came with labels have them from their import on; those of an import that is not complete are there, and not seen.

-- The assets that a term finds, in the order of their places.
CREATE TABLE answer_terms (
    term INTEGER NOT NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (term, place)
) WITHOUT ROWID;

-- The same by asset: its terms, ascending, 8 bytes each. None where there are none.
CREATE TABLE asset_terms (
    place INTEGER PRIMARY KEY,
    terms BLOB NOT NULL
);

-- Projects whose answers of before are still being looked through: the places that are left.
CREATE TABLE answer_fills (
    project INTEGER PRIMARY KEY,
    next_place INTEGER NOT NULL,
    last_place INTEGER NOT NULL
);

INSERT INTO answer_fills (project, next_place, last_place)
SELECT p.number, p.number << 40,
    (SELECT MAX(a.place) FROM assets a WHERE a.place >= p.number << 40 AND a.place < (p.number + 1) << 40)
FROM projects p
WHERE p.deleted_at IS NULL
    AND EXISTS (SELECT 1 FROM assets a WHERE a.place >= p.number << 40 AND a.place < (p.number + 1) << 40)
    AND (EXISTS (SELECT 1 FROM asset_kinds k WHERE k.project = p.number AND k.is_pre_labeled = 1)
        OR EXISTS (SELECT 1 FROM task_answers t WHERE t.place >= p.number << 40 AND t.place < (p.number + 1) << 40));
