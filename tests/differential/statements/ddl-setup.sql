CREATE TABLE parent (id int PRIMARY KEY) ENGINE = InnoDB
CREATE TABLE t (id int NOT NULL PRIMARY KEY, a int, b varchar(40), c varchar(200), n int NOT NULL, k int, p_id int, e enum('x', 'y'), doc text, g point NOT NULL, KEY k_index (k), CONSTRAINT a_check CHECK (a >= 0), CONSTRAINT p_key FOREIGN KEY (p_id) REFERENCES parent (id)) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
INSERT INTO parent VALUES (1)
INSERT INTO t VALUES (1, 1, 'b', 'c', 1, 1, 1, 'x', 'doc', POINT(1, 1)), (2, 2, 'b', 'c', 2, 1, 1, 'y', 'doc', POINT(2, 2))
