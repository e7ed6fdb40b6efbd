-- engine: mysql
RENAME TABLE a TO tmp_a, b TO a, tmp_a TO b;
