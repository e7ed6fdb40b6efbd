CREATE TABLE modern (id bigint PRIMARY KEY);
CREATE TABLE modem (id bigint PRIMARY KEY);
