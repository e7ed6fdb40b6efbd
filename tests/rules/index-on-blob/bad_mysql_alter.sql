-- engine: mysql
ALTER TABLE pages ADD COLUMN note blob, ADD UNIQUE KEY (note);
