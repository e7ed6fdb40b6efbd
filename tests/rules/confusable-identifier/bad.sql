CREATE TABLE "аdmin" (id bigint PRIMARY KEY);
