-- opt_in: require-schema-qualified-name
CREATE TABLE "Notes" (id bigint PRIMARY KEY);
