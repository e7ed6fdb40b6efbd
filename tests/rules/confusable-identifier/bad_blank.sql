CREATE TABLE "sales аdmin" (id bigint PRIMARY KEY);
