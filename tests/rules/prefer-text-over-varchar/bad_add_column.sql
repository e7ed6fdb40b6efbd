ALTER TABLE app."Users" ADD COLUMN name character varying(100), ADD COLUMN tags varchar(20)[];
