ALTER TABLE app."Orders" ADD COLUMN note text, SET TABLESPACE fast;
